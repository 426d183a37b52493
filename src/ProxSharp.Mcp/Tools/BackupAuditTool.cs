using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Operations;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Mcp.Tools;

/// <summary>Holds every guest and every backup group against what should be: a recent backup, verified, and a job that makes the next.</summary>
internal sealed class BackupAuditTool(AgentSites sites)
{
    // Each costs a request.
    private const int MostSettings = 300;

    private static readonly string[] s_columns = ["context", "what", "name", "last", "age_days", "backups", "problem"];

    public IEnumerable<GuardTool> All()
    {
        yield return new GuardTool(
            "backup_audit",
            "Guests and backup groups with a problem: no backup, too old, verification failed, in no job. Counts of all.",
            $$""" "max_age_days":{"type":"integer","description":"default 2"},"all":{"type":"boolean","description":"sound ones too"},{{Rows.Arguments}} """,
            [],
            ToolHints.Reads,
            RunAsync);
    }

    private async Task<ToolAnswer> RunAsync(ToolCall call, CancellationToken cancellationToken)
    {
        int days = call.Number("max_age_days", 2, 3650);
        List<JsonObject> rows = [];
        List<Reading> readings = [];
        List<JsonObject> groups = [];

        // The groups first: they tell where else a guest may have backups.
        IReadOnlyList<AgentSite> asked = sites.Asked(call);
        foreach (AgentSite site in asked.OrderBy(static site => !site.IsBackup))
        {
            Reading reading = new(site, cancellationToken);
            readings.Add(reading);
            await reading.OfContextAsync(site, asked.Count > 1, async () =>
            {
                DateTimeOffset now = (await site.OpenAsync(cancellationToken).ConfigureAwait(false)).Client.Options.TimeProvider.GetUtcNow();
                if (site.IsBackup)
                {
                    groups.AddRange(await GroupsAsync(site, reading, now, days, cancellationToken).ConfigureAwait(false));
                }
                else
                {
                    rows.AddRange(await GuestsAsync(site, reading, now, days, groups, cancellationToken).ConfigureAwait(false));
                }
            }).ConfigureAwait(false);
        }

        rows.AddRange(groups);
        int bad = rows.Count(static row => row.ContainsKey("problem"));
        string summary = string.Create(CultureInfo.InvariantCulture, $"{rows.Count} guests and groups, {bad} with a problem");
        ToolAnswer answer = Rows.Page(call, [.. rows.Where(row => call.Flag("all") || row.ContainsKey("problem"))], s_columns);
        answer.Value["checked"] = rows.Count;
        answer.Value["problems"] = bad;
        answer = answer with { Text = $"{summary}\n{answer.Text}" };
        return readings.Aggregate(answer, static (whole, reading) => reading.Complete(whole));
    }

    private static async Task<IEnumerable<JsonObject>> GuestsAsync(
        AgentSite site, Reading reading, DateTimeOffset now, int days, IReadOnlyList<JsonObject> groups, CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonElement> guests = await site.ResourcesAsync("vm", cancellationToken).ConfigureAwait(false);
        IReadOnlyList<JsonElement> archives = await BackupTools.ArchivesAsync(site, reading, null, null, cancellationToken).ConfigureAwait(false);
        string where = reading.IsWhole ? "on the cluster's own storages" : "on those of the cluster's own storages that could be read";
        HashSet<string> jobless = await JoblessAsync(reading).ConfigureAwait(false);
        ILookup<string?, double> times = archives.ToLookup(StorageTools.OwnerOf, static archive => archive.Number("ctime") ?? 0);
        JsonElement[] audited = [.. guests.Where(static guest => !guest.IsSet("template")).OrderBy(static guest => guest.Number("vmid"))];
        Dictionary<string, JsonElement> settings =
            await SettingsAsync(site, reading, [.. audited.Where(guest => times[guest.Text("vmid")].Any())]).ConfigureAwait(false);
        return audited.Select(guest =>
        {
            string vmid = guest.Text("vmid")!;
            JsonElement config = settings.GetValueOrDefault(vmid);

            // What is older than the guest is of an earlier one under its number.
            long madeAt = PlanTarget.Time(GuestReader.MadeAt(config));
            double[] own = [.. times[vmid].Where(time => time >= madeAt)];
            double? latest = own.Length > 0 ? own.Max() : null;
            string kind = guest.Text("type") == "lxc" ? "ct" : "vm";
            string? age = latest is not null ? Age(latest, now, days)
                : times[vmid].Any() ? $"no backup {where}: those of the number are of an earlier guest"
                : NoBackup(groups, $"{kind}/{vmid}", where);
            string? without = DiskOptions.LeftOut(config) is { Count: > 0 } disks ? $"backups leave out {string.Join(" ", disks)}" : null;
            string? job = jobless.Contains(vmid) ? "in no job" : null;
            return Row(site, $"{kind} {vmid}", guest.Word("name"), latest, now, own.Length, Join(Join(age, without), job));
        });
    }

    // Which disks backups leave out, and when a guest was made, is in its own settings alone.
    private static async Task<Dictionary<string, JsonElement>> SettingsAsync(AgentSite site, Reading reading, IReadOnlyList<JsonElement> guests)
    {
        Dictionary<string, JsonElement> found = new(StringComparer.Ordinal);
        foreach (JsonElement[] some in guests.Take(MostSettings).Chunk(GuestConfigs.AtOnce))
        {
            JsonElement[] configs = await Task.WhenAll(some.Select(guest =>
                reading.GetAsync($"/nodes/{guest.Text("node")}/{guest.Text("type")}/{guest.Text("vmid")}/config"))).ConfigureAwait(false);
            foreach ((JsonElement guest, JsonElement config) in some.Zip(configs))
            {
                found[guest.Text("vmid")!] = config;
            }
        }

        if (guests.Count > MostSettings)
        {
            reading.Miss(string.Create(CultureInfo.InvariantCulture, $"{site.Name}: which disks backups leave out, of all but {MostSettings} of {guests.Count} guests"));
        }

        return found;
    }

    /// <summary>The numbers of the guests that no backup job names. Templates are among them: who counts guests leaves them out.</summary>
    public static async Task<HashSet<string>> JoblessAsync(Reading reading) =>
        [.. (await reading.ListAsync("/cluster/backup-info/not-backed-up").ConfigureAwait(false)).Select(static entry => entry.Text("vmid")).OfType<string>()];

    // A group tells the number of a guest, and not of which cluster it is.
    private static string NoBackup(IReadOnlyList<JsonObject> groups, string owner, string where)
    {
        string[] likely =
        [
            .. groups.Where(group => group["what"]!.ToString() is var what
                    && (what.EndsWith($":{owner}", StringComparison.Ordinal) || what.EndsWith($"/{owner}", StringComparison.Ordinal)))
                .Select(static group => $"{group["what"]} of {group["context"]}"),
        ];
        return likely.Length == 0
            ? $"no backup {where}"
            : $"no backup {where}; perhaps {string.Join(" or ", likely)}, unless that is another guest with this number";
    }

    private static async Task<IEnumerable<JsonObject>> GroupsAsync(
        AgentSite site, Reading reading, DateTimeOffset now, int days, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredSnapshot> all =
            await BackupTools.SnapshotsAsync(site, reading, null, null, cancellationToken).ConfigureAwait(false);
        return all
            .GroupBy(static entry => $"{entry.Store}:{(entry.Namespace.Length > 0 ? entry.Namespace + "/" : "")}"
                + $"{entry.Snapshot.Text("backup-type")}/{entry.Snapshot.Text("backup-id")}")
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(group =>
            {
                double? latest = group.Max(static entry => entry.Snapshot.Number("backup-time"));
                int failed = group.Count(static entry => HasFailed(entry.Snapshot));
                string? verification = failed > 0 ? string.Create(CultureInfo.InvariantCulture, $"verification of {failed} failed") : null;
                return Row(site, group.Key, null, latest, now, group.Count(), Join(Age(latest, now, days), verification));
            });
    }

    private static JsonObject Row(AgentSite site, string what, JsonNode? name, double? latest, DateTimeOffset now, int count, string? problem) => Values.Row(
        ("context", site.Name),
        ("what", what),
        ("name", name),
        ("last", latest is { } time ? Values.Time((long)time) : null),
        ("age_days", Values.Days(latest, now)),
        ("backups", count),
        ("problem", problem));

    private static bool HasFailed(JsonElement snapshot) => snapshot.TryGetProperty("verification", out JsonElement state) && state.Text("state") == "failed";

    private static string? Age(double? latest, DateTimeOffset now, int days) => latest is not { } time
        ? "no backup"

        // The server takes no other one until then, and keeps it in place of those of today.
        : time > now.ToUnixTimeSeconds() + 3600d ? "the latest is of a time to come"
        : now.ToUnixTimeSeconds() - time > days * 86_400d ? string.Create(CultureInfo.InvariantCulture, $"older than {days} days") : null;

    private static string? Join(string? one, string? other) => one is null ? other : other is null ? one : $"{one}, {other}";
}
