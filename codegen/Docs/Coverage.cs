using ProxSharp.CodeGen.Model;
using ProxSharp.Schema;

namespace ProxSharp.CodeGen.Docs;

/// <summary>Counts how many of the texts come from the glossary.</summary>
/// <param name="What">What is counted.</param>
/// <param name="Explained">How many have a text.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Missing">Those without one.</param>
internal sealed record Coverage(string What, int Explained, int Total, IReadOnlyList<string> Missing)
{
    /// <summary>The share in percent.</summary>
    public double Percent => Total == 0 ? 100 : 100.0 * Explained / Total;

    /// <summary>Counts parameters, result members, keys of property strings and endpoints.</summary>
    public static IReadOnlyList<Coverage> Measure(ApiSchema schema, ApiModel model, Glossary glossary) =>
    [
        Count("parameters", schema.Endpoints.SelectMany(static endpoint => endpoint.Parameters.Keys.Select(name => (endpoint.Path, Name: name))), item => glossary.Parameter(item.Path, item.Name)),
        Count("result members", model.Classes.SelectMany(static item => item.Members.Select(member => (item.Path, Name: member.WireName))), item => glossary.Result(item.Path, item.Name)),
        Count("property string keys", model.PropertyStrings.SelectMany(static item => item.Members.Select(member => (item.Format, member.WireName))), item => glossary.FormatKey(item.Format, item.WireName)),
        Count("endpoints", schema.Endpoints, endpoint => glossary.Operation(endpoint.ToString())),
    ];

    private static Coverage Count<T>(string what, IEnumerable<T> items, Func<T, string?> find)
    {
        List<T> all = [.. items];
        List<T> missing = [.. all.Where(item => find(item) is null)];
        return new Coverage(what, all.Count - missing.Count, all.Count, [.. missing.Select(static item => item!.ToString()!)]);
    }
}
