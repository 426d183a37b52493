using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Text.Json;

namespace ProxSharp.Schema;

/// <summary>Builds the nodes of a schema that a server published about itself.</summary>
internal sealed class ServerNodeReader
{
    private const string IndexMark = "[n]";
    private const int DeepestNesting = 32;

    private static readonly IndexRange s_unknownRange = new(0, 255);

    private readonly ConcurrentDictionary<string, ApiNode> _formats;

    public ServerNodeReader(ApiSchema? embedded)
    {
        // Formats that the server only names are known from the embedded schema.
        _formats = new ConcurrentDictionary<string, ApiNode>(
            embedded?.Formats ?? ReadOnlyDictionary<string, ApiNode>.Empty,
            StringComparer.Ordinal);
        Formats = new ReadOnlyDictionary<string, ApiNode>(_formats);
    }

    /// <summary>The property-string formats met so far; those of an endpoint are there as soon as its parameters are.</summary>
    public IReadOnlyDictionary<string, ApiNode> Formats { get; }

    /// <summary>Reads the parameters or members of one object.</summary>
    /// <param name="properties">The object that declares them.</param>
    /// <param name="place">Where they are declared, used to name their formats.</param>
    /// <param name="known">The same members in the embedded schema, which knows the ranges of indexes; null if it has none.</param>
    /// <param name="depth">How deep the object is nested.</param>
    public OrderedDictionary<string, ApiNode> ReadProperties(
        JsonElement properties, string place, IReadOnlyDictionary<string, ApiNode>? known, int depth = 0)
    {
        OrderedDictionary<string, ApiNode> nodes = new(StringComparer.Ordinal);
        foreach (JsonProperty property in LooseJson.Members(properties))
        {
            if (property.Value.ValueKind == JsonValueKind.Object)
            {
                nodes[property.Name] = ReadNode(property.Name, property.Value, $"{place} {property.Name}", known?.GetValueOrDefault(property.Name), depth);
            }
        }

        return nodes;
    }

    /// <summary>Reads one node.</summary>
    public ApiNode ReadNode(string? name, JsonElement element, string place, ApiNode? known, int depth = 0)
    {
        if (depth > DeepestNesting)
        {
            throw new ProxmoxProtocolException($"The schema of the server nests '{place}' too deeply.");
        }

        JsonElement extra = LooseJson.Member(element, "additionalProperties");
        JsonElement items = LooseJson.Member(element, "items");
        JsonElement properties = LooseJson.Member(element, "properties");
        JsonElement format = LooseJson.Member(element, "format");
        string? chooser = LooseJson.Text(element, "type-property");
        List<ApiAlternative> alternatives = ReadAlternatives(LooseJson.Member(element, "oneOf"), place, depth);
        return new ApiNode
        {
            Type = ReadType(LooseJson.Member(element, "type"), properties),
            IsOptional = LooseJson.Truth(element, "optional") == true,
            Format = format.ValueKind == JsonValueKind.String ? format.GetString() : null,
            PropertyStringFormat = ReadFormat(format, place, depth) ?? RegisteredFormat(format),
            Items = items.ValueKind == JsonValueKind.Object ? ReadNode(null, items, $"{place} items", known?.Items, depth + 1) : null,
            Properties = ReadProperties(properties, place, known?.Properties, depth + 1),
            AllowsExtra = LooseJson.Truth(element, "additionalProperties") ?? extra.ValueKind == JsonValueKind.Object,
            Extra = extra.ValueKind == JsonValueKind.Object ? ReadNode(null, extra, $"{place} additional", known?.Extra, depth + 1) : null,
            Minimum = LooseJson.Number(element, "minimum"),
            Maximum = LooseJson.Number(element, "maximum"),
            MinimumLength = LooseJson.Count(element, "minLength"),
            MaximumLength = LooseJson.Count(element, "maxLength"),
            Pattern = ServerPatterns.Translate(LooseJson.Text(element, "pattern")),
            Enumeration = LooseJson.Member(element, "enum") is { ValueKind: JsonValueKind.Array } values ? LooseJson.Texts(values) : null,
            Default = LooseJson.Text(element, "default"),
            IsDefaultKey = LooseJson.Truth(element, "default_key") == true,
            Alias = LooseJson.Text(element, "alias"),
            KeyAlias = LooseJson.Text(element, "keyAlias"),
            Requires = LooseJson.Text(element, "requires"),
            When = alternatives.Count == 0 ? ReadWhen(chooser, LooseJson.Member(element, "instance-types")) : null,
            AlternativesBy = alternatives.Count > 0 ? chooser : null,
            Alternatives = alternatives,
            Indexes = name?.EndsWith(IndexMark, StringComparison.Ordinal) == true ? known?.Indexes ?? s_unknownRange : null,
            Renderer = LooseJson.Text(element, "renderer"),
            Syntax = LooseJson.Text(element, "format_description") ?? LooseJson.Text(element, "typetext"),
            Description = LooseJson.Text(element, "description"),
        };
    }

    private static ApiValueType ReadType(JsonElement type, JsonElement properties) => LooseJson.Scalar(type) switch
    {
        "string" => ApiValueType.String,
        "integer" => ApiValueType.Integer,
        "number" => ApiValueType.Number,
        "boolean" => ApiValueType.Boolean,
        "array" => ApiValueType.Array,
        "object" => ApiValueType.Object,
        "null" => ApiValueType.Null,
        _ => properties.ValueKind == JsonValueKind.Object ? ApiValueType.Object : ApiValueType.Any,
    };

    /// <summary>Keeps a property-string format that is written out in place, and returns its key.</summary>
    private string? ReadFormat(JsonElement format, string place, int depth)
    {
        if (format.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        // Either a whole schema with a type, or just the keys.
        bool isSchema = LooseJson.Member(format, "type").ValueKind == JsonValueKind.String;
        _formats[place] = isSchema
            ? ReadNode(null, format, place, null, depth + 1)
            : new ApiNode { Type = ApiValueType.Object, Properties = ReadProperties(format, place, null, depth + 1) };
        return place;
    }

    /// <summary>Returns the name of a format that the server registers and does not write out; null if it is none of property strings.</summary>
    private string? RegisteredFormat(JsonElement format) =>
        format.ValueKind == JsonValueKind.String && format.GetString() is { } name && _formats.ContainsKey(name) ? name : null;

    private List<ApiAlternative> ReadAlternatives(JsonElement oneOf, string place, int depth) =>
    [
        .. LooseJson.Items(oneOf).Where(static item => item.ValueKind == JsonValueKind.Object).Select((item, index) => new ApiAlternative(
            LooseJson.Texts(LooseJson.Member(item, "instance-types")),
            ReadNode(null, item, $"{place} {index}", null, depth + 1))),
    ];

    private static Dictionary<string, IReadOnlyList<string>>? ReadWhen(string? chooser, JsonElement types) =>
        chooser is not null && types.ValueKind == JsonValueKind.Array
            ? new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { [chooser] = LooseJson.Texts(types) }
            : null;
}
