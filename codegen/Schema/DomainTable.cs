using System.Text.Json.Nodes;

namespace ProxSharp.CodeGen.Schema;

/// <summary>Which parts of the API become members of the domain layer's handles: <c>schema/overrides/domain.json</c>.</summary>
internal sealed class DomainTable
{
    private readonly JsonObject? _names;

    /// <summary>Creates the table of one product.</summary>
    /// <param name="domain">The content of <c>domain.json</c>.</param>
    /// <param name="product">The product's member in it.</param>
    public DomainTable(JsonObject domain, string product)
    {
        _names = domain[product]?["names"] as JsonObject;
        Scopes = [.. (domain[product]?["scopes"]?.AsArray() ?? []).Select(static scope => new DomainScope(
            scope!["class"]!.GetValue<string>(),
            scope["path"]!.GetValue<string>(),
            Texts(scope, "bind"),
            Texts(scope, "skip").ToHashSet(StringComparer.Ordinal)))];
    }

    /// <summary>The handles.</summary>
    public IReadOnlyList<DomainScope> Scopes { get; }

    /// <summary>The name of the property that leads to a path; null if it follows the API's name.</summary>
    public string? Name(string path) => (string?)_names?[path];

    private static IReadOnlyList<string> Texts(JsonNode scope, string member) => [.. scope[member]?.AsArray().Select(static text => text!.GetValue<string>()) ?? []];
}
