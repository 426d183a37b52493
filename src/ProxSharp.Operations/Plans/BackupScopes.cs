using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds which backups of a datastore a call is about that names none of them: those of a namespace, of the whole store, or of the job that it makes,
/// changes or runs.
/// </summary>
internal sealed class BackupScopes(ProxmoxClient client)
{
    private const string PruneJobs = "/config/prune";
    private const string SyncJobs = "/config/sync";

    /// <summary>The backups behind a call; null if it is about nothing of the kind.</summary>
    /// <exception cref="GuardRefusedException">Nobody can tell which they are.</exception>
    public async Task<BackupScope?> FindAsync(PlannedCall call, CancellationToken cancellationToken) => (call.Method, call.Path) switch
    {
        (ApiMethod.Delete, "/admin/datastore/{store}/namespace") or (ApiMethod.Post, "/admin/datastore/{store}/move-namespace") =>
            Named(call, BackupEffect.Removed),
        (ApiMethod.Post, "/admin/datastore/{store}/prune-datastore") => Named(call, BackupEffect.Sifted),
        (ApiMethod.Post, "/admin/datastore/{store}/unmount") => Named(call, BackupEffect.Unreachable),
        (ApiMethod.Delete, "/config/datastore/{name}") =>
            Named(call, ChangedJob.IsOn(call.Parameters.Find("destroy-data")) ? BackupEffect.Removed : BackupEffect.Unreachable),
        (ApiMethod.Put, "/config/datastore/{name}") => OfStore(call),
        (ApiMethod.Post, "/pull") => OfSync(call.Parameters.Find, BackupEffect.Sifted),
        (ApiMethod.Post, "/push") => OfSync(name => name == "sync-direction" ? "push" : call.Parameters.Find(name), BackupEffect.SiftedElsewhere),
        (ApiMethod.Post, PruneJobs) => Of(call.Parameters.Find, BackupEffect.SiftedLater),
        (ApiMethod.Post, SyncJobs) => OfSync(call.Parameters.Find, BackupEffect.SiftedLater),
        (ApiMethod.Put, PruneJobs + "/{id}") =>
            Of(ChangedJob.After(call, await JobAsync(call, PruneJobs, cancellationToken).ConfigureAwait(false)), BackupEffect.SiftedLater),
        (ApiMethod.Put, SyncJobs + "/{id}") =>
            OfSync(ChangedJob.After(call, await JobAsync(call, SyncJobs, cancellationToken).ConfigureAwait(false)), BackupEffect.SiftedLater),
        (ApiMethod.Post, "/admin/prune/{id}/run") =>
            Of(Now(await JobAsync(call, PruneJobs, cancellationToken).ConfigureAwait(false)), BackupEffect.Sifted),
        (ApiMethod.Post, "/admin/sync/{id}/run") =>
            OfSync(Now(await JobAsync(call, SyncJobs, cancellationToken).ConfigureAwait(false)), BackupEffect.Sifted),
        _ => null,
    };

    private static BackupScope Named(PlannedCall call, BackupEffect effect) => Of(call.Parameters.Find, effect);

    private static BackupScope Of(Func<string, string?> value, BackupEffect effect)
    {
        bool isLimited = int.TryParse(value("max-depth"), NumberStyles.None, CultureInfo.InvariantCulture, out int depth);
        return new BackupScope(value("store") ?? value("name") ?? "", value("ns") ?? "", isLimited ? depth : null, effect);
    }

    // What a push removes is on another server.
    private static BackupScope? OfSync(Func<string, string?> value, BackupEffect effect) => !ChangedJob.IsOn(value("remove-vanished"))
        ? null
        : value("sync-direction") != "push"
            ? Of(value, effect)
            : Of(value, BackupEffect.SiftedElsewhere) with
            {
                Remote = value("remote") ?? "",
                RemoteStore = value("remote-store") ?? "",
                RemoteNamespace = value("remote-ns") ?? "",
            };

    private static BackupScope? OfStore(PlannedCall call)
    {
        bool sifts = call.Parameters.Any(
            static parameter => parameter.Name.StartsWith("keep-", StringComparison.Ordinal) || parameter.Name == "prune-schedule");
        bool isClosed = call.Parameters.Find("maintenance-mode") is { } mode && !IsReadOnly(mode);
        return sifts ? Named(call, BackupEffect.SiftedLater) : isClosed ? Named(call, BackupEffect.Unreachable) : null;
    }

    // Proxmox: the type may be named or come first, and a message in quotes may hold anything.
    private static bool IsReadOnly(string mode)
    {
        Match[] items = [.. Item.Matches(mode).Cast<Match>()];
        string[] types =
        [
            .. items.Where(static item => !item.Groups["key"].Success || item.Groups["key"].Value == "type").Select(static item => item.Groups["value"].Value),
        ];
        return items.Sum(static item => item.Length) == mode.Length && types.Length > 0 && types.All(static type => type == "read-only");
    }

    private static Func<string, string?> Now(JsonElement job) => name => job.Text(name);

    private async Task<JsonElement> JobAsync(PlannedCall call, string jobs, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.Raw.GetAsync($"{jobs}/{Uri.EscapeDataString(call.Parameters.Find("id") ?? "")}", cancellationToken: cancellationToken)
                .ConfigureAwait(false)).Data;
        }
        catch (ProxmoxApiException e)
        {
            throw new GuardRefusedException("target", $"Nobody can tell which backups {call.Title} is about: the job cannot be read: {e.Message}", e);
        }
    }

    private static Regex Item => field ??= new(
        @"\G(?!\z)((?<key>[^=,;""]*)=)?(""(?<value>([^""\\]|\\.)*)""|(?<value>[^,;]*))([,;]|\z)",
        RegexOptions.ExplicitCapture);
}
