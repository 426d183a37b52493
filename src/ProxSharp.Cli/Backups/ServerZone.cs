using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Cli.Backups;

/// <summary>Finds the time zone that a backup server counts days and weeks in.</summary>
internal static class ServerZone
{
    /// <summary>Tells a policy the zone of its server; without an answer, or a zone that this machine knows, it stays with UTC.</summary>
    public static async Task<RetentionPolicy> ApplyAsync(BackupPlace place, RetentionPolicy policy, CancellationToken cancellationToken)
    {
        try
        {
            NodesTimeResult time = await place.Session.Pbs!.Node.Time.GetAsync(cancellationToken).ConfigureAwait(false);
            return TimeZoneInfo.TryFindSystemTimeZoneById(time.Timezone, out TimeZoneInfo? zone) ? policy with { TimeZone = zone } : policy;
        }
        catch (ProxmoxApiException)
        {
            // Only the reasons of decisions depend on it, and those are said to be unknown where they do not fit.
            return policy;
        }
    }
}
