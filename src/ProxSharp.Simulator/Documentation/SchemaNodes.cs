using System.Text.Json;
using ProxSharp.Schema;

namespace ProxSharp.Simulator.Documentation;

/// <summary>Writes parameters and results in the spelling of one product: Proxmox VE has 1 and 0 where the backup server has true and false.</summary>
internal sealed class SchemaNodes(ApiSchema schema)
{
    private readonly bool _isBackupServer = schema.Product == ProxmoxProduct.BackupServer;

    /// <summary>Writes a truth value.</summary>
    public void Flag(Utf8JsonWriter json, string name, bool value)
    {
        if (_isBackupServer)
        {
            json.WriteBoolean(name, value);
        }
        else
        {
            json.WriteNumber(name, value ? 1 : 0);
        }
    }

    /// <summary>Writes a list of texts.</summary>
    public static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes the member <c>properties</c>.</summary>
    public void WriteProperties(Utf8JsonWriter json, IReadOnlyDictionary<string, ApiNode> members, string? defaultKey = null)
    {
        json.WriteStartObject("properties");
        WriteMembers(json, members, defaultKey);
        json.WriteEndObject();
    }

    /// <summary>Writes a node.</summary>
    public void Write(Utf8JsonWriter json, ApiNode node)
    {
        json.WriteStartObject();
        WriteFacts(json, node, isDefaultKey: node.IsDefaultKey);
        json.WriteEndObject();
    }

    private void WriteMembers(Utf8JsonWriter json, IReadOnlyDictionary<string, ApiNode> members, string? defaultKey)
    {
        foreach ((string name, ApiNode node) in members)
        {
            json.WriteStartObject(name);
            WriteFacts(json, node, node.IsDefaultKey || name == defaultKey);
            json.WriteEndObject();
        }
    }

    private void WriteFacts(Utf8JsonWriter json, ApiNode node, bool isDefaultKey)
    {
        Text(json, "type", node.Type == ApiValueType.Any ? null : node.Type.ToString().ToLowerInvariant());
        Mark(json, "optional", node.IsOptional);
        WriteFormat(json, node);
        WriteBounds(json, node);
        Text(json, "default", node.Default);
        Mark(json, "default_key", isDefaultKey);
        Text(json, "alias", node.Alias);
        Text(json, "keyAlias", node.KeyAlias);
        Text(json, "requires", node.Requires);
        Text(json, "renderer", node.Renderer);
        Text(json, "typetext", node.Syntax);
        WriteChoice(json, node);
        if (node.Items is { } items)
        {
            json.WritePropertyName("items");
            Write(json, items);
        }

        if (node.Properties.Count > 0)
        {
            WriteProperties(json, node.Properties);
        }

        if (node.Extra is { } extra)
        {
            json.WritePropertyName("additionalProperties");
            Write(json, extra);
        }
        else if (node.AllowsExtra)
        {
            Flag(json, "additionalProperties", value: true);
        }
    }

    private void WriteFormat(Utf8JsonWriter json, ApiNode node)
    {
        // A format that the server registers is named; one that is declared in place is written out.
        bool isInPlace = node.PropertyStringFormat is { } key && key != node.Format;
        if (!isInPlace || !schema.Formats.TryGetValue(node.PropertyStringFormat!, out ApiNode? format))
        {
            Text(json, "format", node.Format);
            return;
        }

        json.WriteStartObject("format");
        if (format.Type == ApiValueType.Array)
        {
            WriteFacts(json, format, isDefaultKey: false);
        }
        else
        {
            WriteMembers(json, format.Properties, format.DefaultKeyName);
        }

        json.WriteEndObject();
    }

    private void WriteBounds(Utf8JsonWriter json, ApiNode node)
    {
        Number(json, "minimum", node.Minimum);
        Number(json, "maximum", node.Maximum);
        Number(json, "minLength", node.MinimumLength);
        Number(json, "maxLength", node.MaximumLength);

        // Proxmox: the backup server writes its patterns between slashes.
        Text(json, "pattern", node.Pattern is { } pattern && _isBackupServer && pattern.StartsWith('^') ? $"/{pattern}/" : node.Pattern);
        if (node.Enumeration is { } values)
        {
            Texts(json, "enum", values);
        }
    }

    private void WriteChoice(Utf8JsonWriter json, ApiNode node)
    {
        if (node.When is { Count: > 0 } when)
        {
            (string chooser, IReadOnlyList<string> values) = when.First();
            json.WriteString("type-property", chooser);
            Texts(json, "instance-types", values);
        }
        else if (node.Alternatives.Count > 0)
        {
            Text(json, "type-property", node.AlternativesBy);
            json.WriteStartArray("oneOf");
            foreach (ApiAlternative alternative in node.Alternatives)
            {
                json.WriteStartObject();
                Texts(json, "instance-types", alternative.Values);
                WriteFacts(json, alternative.Node, alternative.Node.IsDefaultKey);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }

    private void Mark(Utf8JsonWriter json, string name, bool value)
    {
        if (value)
        {
            Flag(json, name, value: true);
        }
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}
