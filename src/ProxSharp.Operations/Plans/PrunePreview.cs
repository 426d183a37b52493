using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Operations.Plans;

/// <summary>Tells which backups go, and how many stay, where a call prunes by rules. They are facts: once they are others, the plan is refused.</summary>
internal sealed class PrunePreview(ProxmoxClient client)
{
    /// <summary>The fact that says which go.</summary>
    public const string Removed = "removed";

    private const string Kept = "kept";
    private const string Storage = "/nodes/{node}/storage/{storage}/prunebackups";
    private const string Run = "/admin/prune/{id}/run";
    private const int MostNames = 5;

    private static readonly string[] s_filters = ["prune-backups", "type", "vmid"];

    /// <summary>What a call removes from a storage, by the server's own preview; empty for other calls.</summary>
    public async Task<Dictionary<string, string>> OfStorageAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        if (call is not { Method: ApiMethod.Delete, Path: Storage })
        {
            return [];
        }

        ApiParameters parameters = [];
        foreach (string name in s_filters)
        {
            parameters.Add(name, call.Parameters.Find(name));
        }

        JsonElement? preview = await StandingRules.ReadAsync(client, call.ConcretePath, parameters, cancellationToken).ConfigureAwait(false);
        return preview is { ValueKind: JsonValueKind.Array } rows
            ? Facts([.. rows.EnumerateArray().OrderBy(static row => PlanTarget.Time(row.Text("ctime"))).Select(static row =>
                (Name($"{row.Text("type")}/{row.Text("vmid")}", PlanTarget.Time(row.Text("ctime"))), row.Text("mark") == "remove"))])
            : new(StringComparer.Ordinal) { [Removed] = "unknown: the preview cannot be read" };
    }

    /// <summary>What a call removes of some snapshots of a backup server; empty for a call that does not prune.</summary>
    /// <param name="call">The call.</param>
    /// <param name="snapshots">The snapshots, each with its namespace.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<Dictionary<string, string>> OfSnapshotsAsync(
        PlannedCall call, IReadOnlyList<(string Namespace, JsonElement Snapshot)> snapshots, CancellationToken cancellationToken)
    {
        if (call.Path is not ("/admin/datastore/{store}/prune" or "/admin/datastore/{store}/prune-datastore" or Run))
        {
            return [];
        }

        Func<string, string?> rule = call.Parameters.Find;
        if (call.Path == Run)
        {
            JsonElement? job = await StandingRules.ReadAsync(client, $"/config/prune/{Uri.EscapeDataString(call.Parameters.Find("id") ?? "")}", null, cancellationToken)
                .ConfigureAwait(false);
            rule = name => job is { ValueKind: JsonValueKind.Object } known ? known.Text(name) : null;
        }

        RetentionPolicy policy = Policy(rule) with { TimeZone = await ZoneAsync(cancellationToken).ConfigureAwait(false) };
        List<(string Name, bool IsRemoved)> all = [];
        foreach (IGrouping<string, (string Namespace, JsonElement Snapshot)> group in snapshots
            .GroupBy(static each => $"{each.Namespace}{(each.Namespace.Length > 0 ? "/" : "")}{each.Snapshot.Text("backup-type")}/{each.Snapshot.Text("backup-id")}"))
        {
            all.AddRange(Decide(group.Key, [.. group.Select(static each => each.Snapshot)], policy));
        }

        return Facts(all);
    }

    private static IEnumerable<(string Name, bool IsRemoved)> Decide(string group, JsonElement[] snapshots, RetentionPolicy policy)
    {
        JsonElement[] newestFirst = [.. snapshots.OrderByDescending(static snapshot => PlanTarget.Time(snapshot.Text("backup-time")))];
        bool[] kept = PruneReasons.Keeps([.. newestFirst.Select(static snapshot => DateTimeOffset.FromUnixTimeSeconds(PlanTarget.Time(snapshot.Text("backup-time"))))],
            [.. newestFirst.Select(static snapshot => snapshot.IsSet("protected"))], policy);
        return newestFirst.Select((snapshot, i) => (Name(group, PlanTarget.Time(snapshot.Text("backup-time"))), !kept[i])).Reverse();
    }

    private static RetentionPolicy Policy(Func<string, string?> rule)
    {
        int? Number(string name) => int.TryParse(rule(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
        return new RetentionPolicy
        {
            KeepLast = Number("keep-last"),
            KeepHourly = Number("keep-hourly"),
            KeepDaily = Number("keep-daily"),
            KeepWeekly = Number("keep-weekly"),
            KeepMonthly = Number("keep-monthly"),
            KeepYearly = Number("keep-yearly"),
        };
    }

    // Proxmox: days and weeks are those of the server's clock.
    private async Task<TimeZoneInfo?> ZoneAsync(CancellationToken cancellationToken)
    {
        JsonElement? time = await StandingRules.ReadAsync(client, "/nodes/localhost/time", null, cancellationToken).ConfigureAwait(false);
        return time is { ValueKind: JsonValueKind.Object } known && known.Text("timezone") is { Length: > 0 } name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone)
            ? zone
            : null;
    }

    private static string Name(string group, long time) =>
        string.Create(CultureInfo.InvariantCulture, $"{group} of {DateTimeOffset.FromUnixTimeSeconds(time).UtcDateTime:yyyy-MM-dd HH:mm}Z");

    private static Dictionary<string, string> Facts(IReadOnlyList<(string Name, bool IsRemoved)> all)
    {
        string[] removed = [.. all.Where(static backup => backup.IsRemoved).Select(static backup => backup.Name)];
        string more = removed.Length > MostNames ? string.Create(CultureInfo.InvariantCulture, $", and {removed.Length - MostNames} more") : "";
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Removed] = removed.Length == 0 ? "no backup" : string.Create(
                CultureInfo.InvariantCulture, $"{removed.Length} of {all.Count} backups ({string.Join(", ", removed.Take(MostNames))}{more})"),
            [Kept] = JsonTexts.Number(all.Count - removed.Length),
        };
    }
}
