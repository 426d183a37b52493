using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Schema;

/// <summary>
/// Reads the library's own schema files (<c>schema/pve.json</c>, <c>schema/pbs.json</c> and the merged form that is embedded in the API
/// assemblies). Only the list of endpoints is read at once; parameters and results are built when they are first used.
/// </summary>
public sealed class ApiSchemaReader
{
    private readonly JsonElement _definitions;
    private readonly JsonElement _indexes;
    private readonly ConcurrentDictionary<string, ApiNode> _built = new(StringComparer.Ordinal);

    private ApiSchemaReader(JsonElement definitions, JsonElement indexes) => (_definitions, _indexes) = (definitions, indexes);

    /// <summary>Reads a schema.</summary>
    /// <param name="utf8Json">The file's content. The memory must not change while the schema is in use.</param>
    /// <exception cref="JsonException">The content is no JSON.</exception>
    /// <exception cref="ProxmoxProtocolException">The content is no schema file.</exception>
    public static ApiSchema Read(ReadOnlyMemory<byte> utf8Json)
    {
        // The document stays alive as long as the schema: endpoints are read from it on first use.
        JsonElement root = JsonDocument.Parse(utf8Json).RootElement;
        if (!root.TryGetProperty("product", out JsonElement product) || !root.TryGetProperty("endpoints", out JsonElement endpoints))
        {
            throw new ProxmoxProtocolException("This is not a ProxSharp schema file: it has no 'product' and 'endpoints'.");
        }

        ApiSchemaReader reader = new(Member(root, "defs"), Member(root, "indexed"));
        List<ApiEndpoint> list = new(endpoints.GetArrayLength());
        foreach (JsonElement element in endpoints.EnumerateArray())
        {
            list.Add(reader.ReadEndpoint(element));
        }

        return new ApiSchema(
            product.GetString() == "pbs" ? ProxmoxProduct.BackupServer : ProxmoxProduct.VirtualEnvironment,
            Member(root, "version") is { ValueKind: JsonValueKind.String } version ? version.GetString()! : "",
            isFromServer: false,
            list,
            () => reader.ReadProperties(Member(root, "formats")));
    }

    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;

    private static string? Text(JsonElement element, string name) => Member(element, name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        { ValueKind: JsonValueKind.True } => "1",
        { ValueKind: JsonValueKind.False } => "0",
        _ => null,
    };

    private static bool Flag(JsonElement element, string name) => Member(element, name).ValueKind == JsonValueKind.True;

    private static double? Double(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    private static int? Int32(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;

    private static List<string> Strings(JsonElement array) =>
        [.. array.EnumerateArray().Select(static item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText())];

    private static ApiValueType ReadType(string? type) => type switch
    {
        "string" => ApiValueType.String,
        "integer" => ApiValueType.Integer,
        "number" => ApiValueType.Number,
        "boolean" => ApiValueType.Boolean,
        "array" => ApiValueType.Array,
        "object" => ApiValueType.Object,
        "null" => ApiValueType.Null,
        _ => ApiValueType.Any,
    };

    private static ApiTaskKind ReadTask(string? task) => task switch
    {
        "returns" => ApiTaskKind.Returns,
        "maybe" => ApiTaskKind.Maybe,
        "property" => ApiTaskKind.Property,
        "hidden" => ApiTaskKind.Hidden,
        "undeclared" => ApiTaskKind.Undeclared,
        _ => ApiTaskKind.None,
    };

    private ApiEndpoint ReadEndpoint(JsonElement element)
    {
        string verb = element.GetProperty("method").GetString()!;
        if (!ApiMethods.TryParse(verb, out ApiMethod method))
        {
            throw new ProxmoxProtocolException($"The schema names the unknown verb '{verb}'.");
        }

        return new ApiEndpoint(method, element.GetProperty("path").GetString()!, () => ReadDetails(element));
    }

    private ApiEndpointDetails ReadDetails(JsonElement element) => new()
    {
        Name = Text(element, "name"),
        Parameters = ReadProperties(Member(element, "params")),
        Variants = ReadVariants(Member(element, "variants")),
        AllowsExtraParameters = Flag(element, "extraParams"),
        Returns = Member(element, "returns") is { ValueKind: JsonValueKind.Object } returns ? ReadNode(null, returns) : new ApiNode(),
        Permission = PermissionReader.Read(Member(element, "permissions")),
        Task = ReadTask(Text(element, "task")),
        Transport = Text(element, "transport") switch
        {
            "DOWNLOAD" => ApiTransportKind.Download,
            "UPLOAD" => ApiTransportKind.Upload,
            _ => ApiTransportKind.Envelope,
        },
        IsProtected = Flag(element, "protected"),
        ProxyTo = Text(element, "proxyto"),
        AllowsToken = Member(element, "allowtoken").ValueKind != JsonValueKind.False,
    };

    private ApiVariants? ReadVariants(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        OrderedDictionary<string, IReadOnlyDictionary<string, ApiNode>> sets = new(StringComparer.Ordinal);
        foreach (JsonProperty variant in element.GetProperty("variants").EnumerateObject())
        {
            sets[variant.Name] = ReadProperties(variant.Value);
        }

        return new ApiVariants(element.GetProperty("by").GetString()!, sets);
    }

    private IReadOnlyDictionary<string, ApiNode> ReadProperties(JsonElement element)
    {
        OrderedDictionary<string, ApiNode> properties = new(StringComparer.Ordinal);
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                properties[property.Name] = ReadNode(property.Name, property.Value);
            }
        }

        return properties;
    }

    private ApiNode ReadNode(string? name, JsonElement element)
    {
        if (Text(element, "$ref") is not { } reference)
        {
            return Build(name, element, default, null);
        }

        // A plain reference is shared; one with members of its own is a changed copy of the definition.
        JsonElement definition = Member(_definitions, reference);
        if (definition.ValueKind != JsonValueKind.Object)
        {
            throw new ProxmoxProtocolException($"The schema refers to the unknown definition '{reference}'.");
        }

        return element.EnumerateObject().Count() == 1
            ? _built.GetOrAdd(reference, _ => Build(name, definition, default, reference))
            : Build(name, element, definition, reference);
    }

    private ApiNode Build(string? name, JsonElement own, JsonElement definition, string? reference)
    {
        // A definition may itself refer to another one.
        if (definition.ValueKind == JsonValueKind.Undefined && reference is not null && Text(own, "$ref") is { } inner)
        {
            definition = Member(_definitions, inner);
        }

        return Build(name, new Layers(own, definition), reference);
    }

    private ApiNode Build(string? name, Layers layers, string? reference)
    {
        JsonElement items = layers.Pick("items");
        JsonElement extra = layers.Pick("extra");
        return new ApiNode
        {
            Reference = reference,
            Type = ReadType(layers.Text("type") ?? ImpliedType(layers.Pick("props"))),
            IsOptional = Flag(layers.Own, "optional") || Flag(layers.Definition, "optional"),
            IsPathParameter = Text(layers.Own, "in") == "path",
            Format = layers.Text("format"),
            PropertyStringFormat = layers.Text("fmt"),
            Items = items.ValueKind == JsonValueKind.Object ? ReadNode(null, items) : null,
            Properties = ReadProperties(layers.Pick("props")),
            AllowsExtra = extra.ValueKind is JsonValueKind.True or JsonValueKind.Object,
            Extra = extra.ValueKind == JsonValueKind.Object ? ReadNode(null, extra) : null,
            Minimum = layers.Double("min"),
            Maximum = layers.Double("max"),
            MinimumLength = layers.Int32("minLen"),
            MaximumLength = layers.Int32("maxLen"),
            Pattern = layers.Text("pattern"),
            Enumeration = layers.Pick("enum") is { ValueKind: JsonValueKind.Array } values ? Strings(values) : null,
            Default = layers.Text("default"),
            HasDynamicDefault = layers.Flag("defaultDynamic"),
            IsDefaultKey = layers.Flag("defaultKey"),
            DefaultKeyName = layers.Text("defaultKeyName"),
            Alias = layers.Text("alias"),
            KeyAlias = layers.Text("keyAlias"),
            Requires = layers.Text("requires"),
            When = ReadWhen(layers.Pick("when")),
            AlternativesBy = layers.Text("by"),
            Alternatives = ReadAlternatives(layers.Pick("oneOf")),
            Indexes = ReadIndexes(name),
            Renderer = layers.Text("renderer"),
            Syntax = layers.Text("syntax"),
            Child = layers.Text("child"),
        };
    }

    private static string? ImpliedType(JsonElement properties) => properties.ValueKind == JsonValueKind.Object ? "object" : null;

    private static Dictionary<string, IReadOnlyList<string>>? ReadWhen(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject().ToDictionary(static p => p.Name, static p => (IReadOnlyList<string>)Strings(p.Value), StringComparer.Ordinal)
            : null;

    private List<ApiAlternative> ReadAlternatives(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array
            ? [.. element.EnumerateArray().Select(item => new ApiAlternative(
                Member(item, "in") is { ValueKind: JsonValueKind.Array } values ? Strings(values) : [], ReadNode(null, item)))]
            : [];

    private IndexRange? ReadIndexes(string? name)
    {
        if (name is null || !name.EndsWith("[n]", StringComparison.Ordinal) || Text(_indexes, name) is not { } range)
        {
            return null;
        }

        int dots = range.IndexOf("..", StringComparison.Ordinal);
        return new IndexRange(
            int.Parse(range.AsSpan(0, dots), CultureInfo.InvariantCulture),
            int.Parse(range.AsSpan(dots + 2), CultureInfo.InvariantCulture));
    }

    /// <summary>A node in the schema: its own members, and behind them those of the definition that it changes.</summary>
    private readonly record struct Layers(JsonElement Own, JsonElement Definition)
    {
        /// <summary>The value of a member.</summary>
        public JsonElement Pick(string key) => Member(Source(key), key);

        public string? Text(string key) => ApiSchemaReader.Text(Source(key), key);

        public bool Flag(string key) => ApiSchemaReader.Flag(Source(key), key);

        public double? Double(string key) => ApiSchemaReader.Double(Source(key), key);

        public int? Int32(string key) => ApiSchemaReader.Int32(Source(key), key);

        private JsonElement Source(string key) => Member(Own, key).ValueKind != JsonValueKind.Undefined ? Own : Definition;
    }
}
