using ProxSharp.Schema;

namespace ProxSharp.Cli.Calls;

/// <summary>Tells which member names an item of a list: what other commands take.</summary>
internal static class ResultNames
{
    /// <summary>Lists whose items are named by a member that the schema does not tell.</summary>
    private static readonly Dictionary<string, string> s_named = new(StringComparer.Ordinal)
    {
        ["/access/acl"] = "path",
        ["/nodes/{node}/qemu/{vmid}/cloudinit"] = "key",
        ["/tape/media/content"] = "snapshot",
    };

    /// <summary>Returns the member; null if only the items themselves can tell.</summary>
    public static string? Of(ApiSchema schema, ApiEndpoint endpoint)
    {
        if (s_named.TryGetValue(endpoint.Path, out string? named))
        {
            return named;
        }

        // The path of an item ends with its name.
        string prefix = endpoint.Path + "/{";
        string? item = schema.Endpoints.Select(static other => other.Path).FirstOrDefault(path => path.StartsWith(prefix, StringComparison.Ordinal));
        return item?[prefix.Length..item.IndexOf('}', prefix.Length)];
    }
}
