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

    /// <summary>Returns what a call asks about, as its path names it last: the storage of <c>/nodes/pve1/storage/local/status</c>. Null if it names nothing.</summary>
    public static string? SubjectOf(ApiEndpoint? endpoint, string path)
    {
        string[] names = endpoint?.Path.Split('/') ?? [];
        string[] parts = path.Split('/');
        int at = Array.FindLastIndex(names, static name => name.StartsWith('{'));
        return at < 0 || at >= parts.Length ? null : Uri.UnescapeDataString(at == names.Length - 1 ? string.Join('/', parts[at..]) : parts[at]);
    }

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
