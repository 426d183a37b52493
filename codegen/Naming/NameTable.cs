using System.Text.Json.Nodes;

namespace ProxSharp.CodeGen.Naming;

/// <summary>The names fixed by hand: <c>schema/overrides/names.json</c> and the <c>operation</c> members of the overrides.</summary>
internal sealed class NameTable
{
    private readonly JsonObject _operations;
    private readonly JsonObject _types;
    private readonly HashSet<string> _verbs;

    /// <summary>Creates the table of one product.</summary>
    /// <param name="names">The content of <c>names.json</c>.</param>
    /// <param name="product">The product's member in it.</param>
    /// <param name="overrides">The product's overrides.</param>
    public NameTable(JsonObject names, string product, JsonObject overrides)
    {
        Words = new WordSplitter(names["words"]!.AsObject().ToDictionary(static pair => pair.Key, static pair => pair.Value!.GetValue<string>(), StringComparer.Ordinal));
        _verbs = names["verbs"]!.AsArray().Select(static verb => verb!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        _operations = (JsonObject)names[product]!["operations"]!.DeepClone();
        _types = names[product]!["types"]!.AsObject();
        foreach ((string key, JsonNode? patch) in overrides["endpoints"] as JsonObject ?? [])
        {
            if (patch?["operation"] is { } operation)
            {
                _operations[key] = operation.DeepClone();
            }
        }
    }

    /// <summary>Splits wire names into words.</summary>
    public WordSplitter Words { get; }

    /// <summary>The endpoints that have a fixed name, as verb and path.</summary>
    public IEnumerable<string> Operations => _operations.Select(static pair => pair.Key);

    /// <summary>The fixed method name of an endpoint; null if it follows the rules.</summary>
    public string? Operation(string endpoint) => (string?)_operations[endpoint];

    /// <summary>The name of a type after the table.</summary>
    public string Type(string name) => (string?)_types[name] ?? name;

    /// <summary>Tells whether a path segment says what is done (<c>clone</c>, <c>move_disk</c>) rather than what it is done to.</summary>
    public bool IsAction(string segment) => _verbs.Contains(segment) || _verbs.Contains(segment.Split('-', '_')[0]);
}
