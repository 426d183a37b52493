using ProxSharp.Api;
using ProxSharp.Schema;

namespace ProxSharp.Mcp.Tools;

/// <summary>
/// Finds endpoints by words. Paths have words of their own for what people call otherwise, and a method stands for what is done: both are found by the words
/// of people, too.
/// </summary>
internal static class ApiSearch
{
    private static readonly Dictionary<string, string[]> s_alike = new(StringComparer.OrdinalIgnoreCase)
    {
        ["create"] = ["POST"],
        ["add"] = ["POST"],
        ["new"] = ["POST"],
        ["make"] = ["POST"],
        ["remove"] = ["DELETE"],
        ["destroy"] = ["DELETE"],
        ["update"] = ["PUT"],
        ["change"] = ["PUT"],
        ["edit"] = ["PUT"],
        ["modify"] = ["PUT"],
        ["set"] = ["PUT"],
        ["list"] = ["GET"],
        ["show"] = ["GET"],
        ["read"] = ["GET"],
        ["extend"] = ["resize"],
        ["grow"] = ["resize"],
        ["vm"] = ["qemu"],
        ["vms"] = ["qemu"],
        ["machine"] = ["qemu"],
        ["container"] = ["lxc"],
        ["containers"] = ["lxc"],
        ["ct"] = ["lxc"],
        ["permission"] = ["acl"],
        ["rights"] = ["acl", "permissions"],
        ["collection"] = ["/gc"],
        ["garbage"] = ["/gc"],
        ["reboot"] = ["status"],
        ["backups"] = ["backup"],
        ["logs"] = ["log"],
        ["metrics"] = ["rrddata"],
        ["template"] = ["clone"],
    };

    /// <summary>Finds the endpoints that have all words in method, path or parameters, those first that have them in method and path.</summary>
    /// <param name="schemas">Where to look.</param>
    /// <param name="query">The words, with blanks between.</param>
    /// <returns>What was found; true if none has all words, and these have the most.</returns>
    public static (IReadOnlyList<ApiHit> Found, bool IsPart) Find(IEnumerable<ApiSchema> schemas, string query)
    {
        string[] words = query.Split([' ', '/', ','], StringSplitOptions.RemoveEmptyEntries);
        ApiHit[] hits =
        [
            .. schemas
                .SelectMany(schema => schema.Endpoints.Select(endpoint => new ApiHit(
                    schema,
                    endpoint,
                    words.Count(word => IsIn(endpoint, word)),
                    words.Count(word => IsIn(endpoint, word) || IsParameter(endpoint, word)))))
                .Where(static hit => hit.All > 0)
                .OrderByDescending(static hit => hit.All).ThenByDescending(static hit => hit.Own).ThenBy(static hit => hit.Endpoint.Path.Length),
        ];
        int most = hits.Length == 0 ? 0 : hits[0].All;
        return ([.. hits.Where(hit => hit.All == most)], most > 0 && most < words.Length);
    }

    private static bool IsIn(ApiEndpoint endpoint, string word)
    {
        string text = endpoint.ToString();
        return text.Contains(word, StringComparison.OrdinalIgnoreCase)
            || (s_alike.TryGetValue(word, out string[]? alike) && alike.Any(other => text.Contains(other, StringComparison.Ordinal)));
    }

    private static bool IsParameter(ApiEndpoint endpoint, string word) =>
        endpoint.Parameters.Keys.Any(name => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
