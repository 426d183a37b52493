using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Schema;

namespace ProxSharp.Simulator.Shapes;

/// <summary>Makes values that fit a node of the schema. The same node gives the same value in every run.</summary>
internal sealed class ShapeValues(ApiSchema schema)
{
    private const int MaximumDepth = 6;

    private readonly TextSamples _texts = new(schema);

    /// <summary>Makes a result: every declared member is present.</summary>
    /// <param name="node">What the value must fit.</param>
    /// <param name="name">The member's name, which often says more than its type.</param>
    /// <param name="known">Values by name that take precedence, such as the path parameters of the call.</param>
    public JsonNode? Create(ApiNode node, string? name = null, IReadOnlyDictionary<string, string>? known = null) => Create(node, name, known, 0);

    /// <summary>Makes a value in the text form in which parameters travel.</summary>
    public string Text(ApiNode node, string name) => node.Type switch
    {
        ApiValueType.Integer => Integer(node, name).ToString(CultureInfo.InvariantCulture),
        ApiValueType.Number => Number(node).ToString(CultureInfo.InvariantCulture),
        ApiValueType.Boolean => schema.Product == ProxmoxProduct.VirtualEnvironment ? "1" : "true",
        ApiValueType.Array when node.Items is { } items => Text(items, name),
        _ => _texts.For(node, name),
    };

    /// <summary>Turns a text into the JSON value the node's type calls for.</summary>
    public JsonNode Typed(ApiNode? node, string text) => node?.Type switch
    {
        ApiValueType.Integer when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer) => JsonValue.Create(integer),
        ApiValueType.Number when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => JsonValue.Create(number),
        ApiValueType.Boolean => Boolean(text is "1" or "true" or "yes" or "on"),
        _ => JsonValue.Create(text),
    };

    /// <summary>A boolean as the product writes it.</summary>
    public JsonNode Boolean(bool value) =>
        schema.Product == ProxmoxProduct.VirtualEnvironment ? JsonValue.Create(value ? 1 : 0) : JsonValue.Create(value);

    private JsonNode? Create(ApiNode node, string? name, IReadOnlyDictionary<string, string>? known, int depth)
    {
        if (node.Alternatives.Count > 0)
        {
            return Create(node.Alternatives[0].Node, name, known, depth);
        }

        if (name is not null && known?.GetValueOrDefault(name) is { } value && Fits(node.Type, value))
        {
            return Typed(node, value);
        }

        return node.Type switch
        {
            ApiValueType.Null or ApiValueType.Any => null,
            ApiValueType.Boolean => Boolean(false),
            ApiValueType.Integer => JsonValue.Create(Integer(node, name ?? "")),
            ApiValueType.Number => JsonValue.Create(Number(node)),
            ApiValueType.Array => List(node, name, known, depth),
            ApiValueType.Object => Members(node, known, depth),
            _ => JsonValue.Create(_texts.For(node, name ?? "")),
        };
    }

    private static bool Fits(ApiValueType type, string value) => type switch
    {
        ApiValueType.String => true,
        ApiValueType.Integer => long.TryParse(value, CultureInfo.InvariantCulture, out _),
        _ => false,
    };

    private JsonArray List(ApiNode node, string? name, IReadOnlyDictionary<string, string>? known, int depth)
    {
        JsonArray array = [];
        if (node.Items is { } items && depth < MaximumDepth && items.Type != ApiValueType.Any)
        {
            array.Add(Create(items, name, known, depth + 1));
        }

        return array;
    }

    private JsonObject Members(ApiNode node, IReadOnlyDictionary<string, string>? known, int depth)
    {
        JsonObject members = [];
        foreach ((string member, ApiNode child) in node.Properties)
        {
            bool applies = child.When is null && !(child.IsOptional && depth >= MaximumDepth - 1);
            if (applies && (child.Type != ApiValueType.Null || !child.IsOptional))
            {
                string wireName = child.Indexes is { } range
                    ? string.Create(CultureInfo.InvariantCulture, $"{member[..^3]}{range.First}")
                    : member;
                members[wireName] = Create(child, wireName, known, depth + 1);
            }
        }

        return members;
    }

    private static long Integer(ApiNode node, string name)
    {
        if (node.Enumeration is [string first, ..] && long.TryParse(first, CultureInfo.InvariantCulture, out long listed))
        {
            return listed;
        }

        long wanted = name switch
        {
            "vmid" => 100,
            "time" or "ctime" or "starttime" or "endtime" or "created" or "timestamp" or "backup-time" => 1_750_000_000,
            _ when node.Default is { } text && long.TryParse(text, CultureInfo.InvariantCulture, out long standard) => standard,
            _ => 1,
        };
        return (long)Math.Clamp(wanted, node.Minimum ?? long.MinValue, node.Maximum ?? long.MaxValue);
    }

    private static double Number(ApiNode node) => Math.Clamp(0.25, node.Minimum ?? double.MinValue, node.Maximum ?? double.MaxValue);
}
