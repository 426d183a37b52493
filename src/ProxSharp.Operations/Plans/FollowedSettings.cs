using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Reads the settings of the objects that a call goes by and does not change: the job that it runs, the server at the other end, the media that it writes to.
/// </summary>
/// <param name="product">The product.</param>
/// <param name="read">Reads an object; null if it cannot be read.</param>
internal sealed class FollowedSettings(ProxmoxProduct product, Func<string, CancellationToken, Task<JsonElement?>> read)
{
    /// <summary>A fact that may hold any text: an expression that names of groups are compared with.</summary>
    public const string Filter = "group-filter";

    // Where the settings of what is run stand; the first place that has them counts. What is no object of its own names its remote or its pool alone.
    private static readonly Dictionary<(ProxmoxProduct Product, string Path), string[]> s_places = new()
    {
        [(ProxmoxProduct.BackupServer, "/admin/prune/{id}/run")] = ["/config/prune"],
        [(ProxmoxProduct.BackupServer, "/admin/sync/{id}/run")] = ["/config/sync"],
        [(ProxmoxProduct.BackupServer, "/admin/verify/{id}/run")] = ["/config/verify"],
        [(ProxmoxProduct.BackupServer, "/tape/backup/{id}")] = ["/config/tape-backup-job"],
        [(ProxmoxProduct.BackupServer, "/access/domains/{realm}/sync")] = ["/config/access/ldap", "/config/access/ad"],
        [(ProxmoxProduct.BackupServer, "/pull")] = [],
        [(ProxmoxProduct.BackupServer, "/push")] = [],
        [(ProxmoxProduct.BackupServer, "/tape/backup")] = [],
        [(ProxmoxProduct.VirtualEnvironment, "/access/domains/{realm}/sync")] = ["/access/domains"],
        [(ProxmoxProduct.VirtualEnvironment, "/nodes/{node}/replication/{id}/schedule_now")] = ["/cluster/replication"],
    };

    private static readonly (string Kind, string Place)[] s_others = [("remote", "/config/remote"), ("pool", "/config/media-pool")];

    // What an object is called, and what others have noted about it, decides nothing.
    private static readonly HashSet<string> s_idle = new(StringComparer.Ordinal) { "id", "name", "realm", "comment", "digest" };

    /// <summary>True for a member of an object that decides nothing.</summary>
    public static bool IsIdle(string member) => s_idle.Contains(member);

    /// <summary>Those settings by name; what is of a remote or a pool has its kind in front. Empty where a call follows none.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ReadAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        Dictionary<string, string> found = new(StringComparer.Ordinal);
        if (call.Method != ApiMethod.Post || !s_places.TryGetValue((product, call.Path), out string[]? places))
        {
            return found;
        }

        await AddAsync(found, "", places, call.Parameters.Find("id") ?? call.Parameters.Find("realm"), cancellationToken).ConfigureAwait(false);
        if (product == ProxmoxProduct.BackupServer)
        {
            foreach ((string kind, string place) in s_others)
            {
                await AddAsync(found, $"{kind} ", [place], call.Parameters.Find(kind) ?? found.GetValueOrDefault(kind), cancellationToken).ConfigureAwait(false);
            }
        }

        return found;
    }

    private async Task AddAsync(Dictionary<string, string> found, string kind, string[] places, string? name, CancellationToken cancellationToken)
    {
        if (name is not { Length: > 0 } || places.Length == 0)
        {
            return;
        }

        foreach (string place in places)
        {
            if (await read($"{place}/{Uri.EscapeDataString(name)}", cancellationToken).ConfigureAwait(false) is { ValueKind: JsonValueKind.Object } known)
            {
                foreach (JsonProperty member in known.EnumerateObject().Where(static member => !s_idle.Contains(member.Name))
                    .OrderBy(static member => member.Name, StringComparer.Ordinal))
                {
                    found[kind + member.Name] = Secrets.Show(member.Name, JsonTexts.Written(member.Value));
                }

                return;
            }
        }

        found[$"{kind}settings"] = StandingRules.Unreadable;
    }
}
