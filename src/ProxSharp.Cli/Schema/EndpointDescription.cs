using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Mcp.Text;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Schema;

/// <summary>All facts about an endpoint in the form that programs read.</summary>
internal sealed class EndpointDescription
{
    public EndpointDescription(ApiEndpoint endpoint, ApiSchema schema)
        : this(endpoint, schema, endpoint.Parameters, isPart: false)
    {
    }

    private EndpointDescription(ApiEndpoint endpoint, ApiSchema schema, IReadOnlyDictionary<string, ApiNode> parameters, bool isPart) =>
        (Endpoint, Schema, Parameters, IsPart) = (endpoint, schema, parameters, isPart);

    /// <summary>The endpoint.</summary>
    public ApiEndpoint Endpoint { get; }

    /// <summary>The schema it belongs to.</summary>
    public ApiSchema Schema { get; }

    /// <summary>The parameters to describe.</summary>
    public IReadOnlyDictionary<string, ApiNode> Parameters { get; }

    /// <summary>True if only some parameters are described, and their property strings in full.</summary>
    public bool IsPart { get; }

    /// <summary>Tells whether a number is one of a family such as <c>net[n]</c>; none stands for them all.</summary>
    public static bool HasNumber(ApiNode node, string digits) => digits.Length == 0 || (node.Indexes is { } known
        && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= known.First && number <= known.Last);

    /// <summary>Returns a description of one parameter; null if there is none of that name. <c>net0</c> finds <c>net[n]</c>.</summary>
    public EndpointDescription? Only(string name)
    {
        string family = NumberedName.Family(name);
        IEnumerable<KeyValuePair<string, ApiNode>> all = Endpoint.Parameters;
        if (Endpoint.Variants is { } variants)
        {
            all = all.Concat(variants.Parameters.Values.SelectMany(static set => set));
        }

        KeyValuePair<string, ApiNode>[] found = [.. all.Where(parameter => parameter.Key == name
            || (parameter.Key == family && HasNumber(parameter.Value, name[NumberedName.Word(name).Length..]))).Take(1)];
        return found.Length == 0
            ? null
            : new EndpointDescription(Endpoint, Schema, found.ToDictionary(StringComparer.Ordinal), isPart: true) { HasWords = HasWords };
    }

    /// <summary>True to add the tool's own sentences where the schema has none.</summary>
    public bool HasWords { get; init; }

    /// <summary>The only key of property strings to describe; null for all.</summary>
    public string? Key { get; private init; }

    /// <summary>Returns the keys of a parameter's property string that are to be described; null for other values.</summary>
    public IReadOnlyDictionary<string, ApiNode>? KeysOf(ApiNode node)
    {
        IReadOnlyDictionary<string, ApiNode>? keys = NodeText.PropertyStringKeys(node, Schema);
        return Key is null || keys is null ? keys : keys.Where(key => key.Key == Key).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>Returns a description of one key of the property strings that are described; null if none of them has it.</summary>
    public EndpointDescription? OnlyKey(string key) => Parameters.Values.Any(node => NodeText.PropertyStringKeys(node, Schema)?.ContainsKey(key) == true)
        ? new EndpointDescription(Endpoint, Schema, Parameters, isPart: true) { Key = key, HasWords = HasWords }
        : null;

    /// <summary>A value that was written for the parameter, or for the key of it; null if there is none.</summary>
    public ExplainedValue? Value { get; private init; }

    /// <summary>Returns the same description with a value that is held against it.</summary>
    /// <param name="name">The parameter as it was typed, or its key.</param>
    /// <param name="value">The value.</param>
    public EndpointDescription With(string name, string value)
    {
        ApiNode node = Parameters.Values.First();
        return new EndpointDescription(Endpoint, Schema, Parameters, isPart: true)
        {
            HasWords = HasWords,
            Key = Key,
            Value = ExplainedValue.Of(Schema, name, Key is null ? node : KeysOf(node)![Key], value),
        };
    }

    /// <summary>What the tool itself knows to say about a parameter; null for nothing.</summary>
    public string? Words(string name) => !HasWords || Schema.IsFromServer ? null : ParameterWords.Find(Schema.Product, Endpoint.Path, name);

    /// <summary>What the tool itself knows to say about a key of a property string; null for nothing.</summary>
    public string? Words(string? format, string key) => format is null
        ? null
        : Words($"fmt:{format}.{key}") ?? Words($"fmt:{format.Split('#')[0]}.{key}");

    /// <summary>Says whether the call starts a task.</summary>
    public static string TaskText(ApiTaskKind task) => task switch
    {
        ApiTaskKind.None => "no",
        ApiTaskKind.Returns or ApiTaskKind.Undeclared => "yes, the result is its UPID",
        ApiTaskKind.Maybe => "perhaps: the result is its UPID, or nothing if the work was done at once",
        ApiTaskKind.Property => "yes, its UPID is the member upid of the result",
        _ => "yes, but the result does not name it",
    };

    /// <summary>Writes the facts.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("path", Endpoint.Path);
        json.WriteString("method", ApiVerbs.Word(Endpoint.Method));
        json.WriteString("verb", Endpoint.Method.ToVerb());
        json.WriteOptional("name", Endpoint.Name);
        json.WriteOptional("description", Endpoint.Description);
        json.WriteString("permission", PermissionText.Describe(Endpoint.Permission));
        json.WriteBoolean("acceptsToken", Endpoint.AllowsToken);
        json.WriteString("task", Endpoint.Task.ToString().ToLowerInvariant());
        json.WriteString("transport", Endpoint.Transport.ToString().ToLowerInvariant());
        json.WriteStartArray("parameters");
        foreach ((string name, ApiNode node) in Parameters)
        {
            WriteParameter(json, name, node);
        }

        json.WriteEndArray();
        json.WriteBoolean("acceptsOtherParameters", Endpoint.AllowsExtraParameters);
        if (Endpoint.Variants is { } variants && !IsPart)
        {
            WriteVariants(json, variants);
        }

        json.WritePropertyName("result");
        WriteNode(json, Endpoint.Returns, depth: 0);
        json.WriteEndObject();
    }

    private void WriteVariants(Utf8JsonWriter json, ApiVariants variants)
    {
        json.WriteStartObject("variants");
        json.WriteString("by", variants.By);
        json.WriteStartObject("parameters");
        foreach ((string value, IReadOnlyDictionary<string, ApiNode> parameters) in variants.Parameters)
        {
            json.WriteStartArray(value);
            foreach ((string name, ApiNode node) in parameters)
            {
                WriteParameter(json, name, node);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteParameter(Utf8JsonWriter json, string name, ApiNode node)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("in", node.IsPathParameter ? "path" : Endpoint.Method is ApiMethod.Get or ApiMethod.Delete ? "query" : "body");
        json.WriteBoolean("required", !node.IsOptional);
        json.WriteOptional("meaning", Words(name));
        WriteFacts(json, node);
        if (IsPart && KeysOf(node) is { } keys)
        {
            json.WriteStartArray("keys");
            foreach ((string key, ApiNode value) in keys)
            {
                json.WriteStartObject();
                json.WriteString("name", key);
                json.WriteBoolean("required", !value.IsOptional);
                json.WriteOptional("meaning", Words(node.PropertyStringFormat, key));
                WriteFacts(json, value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (IsPart)
        {
            Value?.Write(json);
        }

        json.WriteEndObject();
    }

    private static void WriteNode(Utf8JsonWriter json, ApiNode node, int depth)
    {
        json.WriteStartObject();
        WriteFacts(json, node);
        if (node.Items is { } items)
        {
            json.WritePropertyName("items");
            WriteNode(json, items, depth);
        }

        if (node.Properties.Count > 0 && depth < 4)
        {
            json.WriteStartArray("members");
            foreach ((string name, ApiNode member) in node.Properties)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteBoolean("optional", member.IsOptional);
                json.WritePropertyName("value");
                WriteNode(json, member, depth + 1);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteFacts(Utf8JsonWriter json, ApiNode node)
    {
        json.WriteString("type", NodeText.Name(node.Type));
        json.WriteOptional("format", node.Format);
        json.WriteOptional("propertyString", node.PropertyStringFormat);
        json.WriteOptional("description", node.Description);
        Number(json, "minimum", node.Minimum);
        Number(json, "maximum", node.Maximum);
        Number(json, "minLength", node.MinimumLength);
        Number(json, "maxLength", node.MaximumLength);
        json.WriteOptional("pattern", node.Pattern);
        json.WriteOptional("default", node.Default);
        json.WriteOptional("indexes", node.Indexes?.ToString());
        json.WriteOptional("requires", node.Requires);
        json.WriteOptional("unit", node.Renderer);
        if (node.Type == ApiValueType.Array && node.Items is { } items)
        {
            json.WriteString("itemType", NodeText.Name(items.Type));
        }

        if ((node.Enumeration ?? node.Items?.Enumeration) is { } allowed)
        {
            json.WriteList("allowed", allowed);
        }
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(number.ToString("0.############", CultureInfo.InvariantCulture));
        }
    }
}
