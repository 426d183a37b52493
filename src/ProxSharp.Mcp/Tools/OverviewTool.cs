using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Tools;

/// <summary>The state of everything in one answer: what a person would look at first.</summary>
internal sealed class OverviewTool(AgentSites sites)
{
    private const double FullPercent = 80;
    private const int MostTasks = 8;
    private static readonly string[] s_nodes = ["node", "status", "cpu_pct", "mem_pct", "running", "uptime_days"];
    private static readonly string[] s_storages = ["storage", "node", "used_pct", "free_gib"];
    private static readonly string[] s_stores = ["datastore", "used_pct", "free_gib", "full_on"];
    private static readonly string[] s_tasks = ["type", "id", "node", "ended", "exit", "upid"];

    public IEnumerable<GuardTool> All()
    {
        yield return new GuardTool(
            "overview",
            "Health of all contexts, or one: nodes, quorum, guests, full storages and datastores, failed tasks of 24 h. Start here.",
            "",
            [],
            ToolHints.Reads,
            RunAsync);
    }

    public static async Task<ToolAnswer> OfAsync(AgentSite site, CancellationToken cancellationToken) => Freezing.Add(
        site,
        site.IsBackup ? await BackupAsync(site, cancellationToken).ConfigureAwait(false) : await ClusterAsync(site, cancellationToken).ConfigureAwait(false));

    private async Task<ToolAnswer> RunAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (call.Has("context") || !sites.HasSeveral)
        {
            return await OfAsync(sites.For(call), cancellationToken).ConfigureAwait(false);
        }

        List<string> texts = [];
        JsonArray all = [];
        foreach (AgentSite site in sites.All)
        {
            try
            {
                ToolAnswer answer = await OfAsync(site, cancellationToken).ConfigureAwait(false);
                texts.Add(answer.Text);
                all.Add((JsonNode)answer.Value);
            }
            catch (Exception e) when (e is ProxmoxException or AgentConnectionException)
            {
                // One server that is down is a finding, and no reason to be silent about the others.
                string message = Text.SafeText.Of(Text.SafeText.WithoutSecrets(e.Message), "error", 300);
                texts.Add($"{site.Name}: not reached: {message}");
                all.Add((JsonNode)new JsonObject { ["context"] = site.Name, ["error"] = message });
            }
        }

        return new ToolAnswer(string.Join("\n\n", texts), new JsonObject { ["contexts"] = all });
    }

    private static async Task<ToolAnswer> ClusterAsync(AgentSite site, CancellationToken cancellationToken)
    {
        Reading reading = new(site, cancellationToken);
        DateTimeOffset now = (await site.OpenAsync(cancellationToken).ConfigureAwait(false)).Client.Options.TimeProvider.GetUtcNow();
        JsonElement version = await reading.GetAsync("/version").ConfigureAwait(false);
        IReadOnlyList<JsonElement> status = await reading.ListAsync("/cluster/status").ConfigureAwait(false);
        IReadOnlyList<JsonElement> resources = await site.ResourcesAsync(null, cancellationToken).ConfigureAwait(false);
        List<JsonElement> tasks = await ClusterTasksAsync(reading, resources, now).ConfigureAwait(false);
        IReadOnlyList<JsonElement> ha = await reading.ListAsync("/cluster/ha/status/current").ConfigureAwait(false);
        HashSet<string> jobless = await BackupAuditTool.JoblessAsync(reading).ConfigureAwait(false);

        JsonElement[] guests = [.. resources.Where(static entry => entry.Text("type") is "qemu" or "lxc" && !entry.IsSet("template"))];
        int unsaved = guests.Count(guest => jobless.Contains(guest.Text("vmid") ?? ""));
        JsonObject[] nodes = [.. resources.Where(static entry => entry.Text("type") == "node").Select(node => Node(node, guests))];
        JsonObject[] full = [.. resources.Where(static entry => entry.Text("type") == "storage").Select(Storage).Where(IsFull)];
        bool isQuorate = status.Where(static entry => entry.Text("type") == "cluster").All(static entry => entry.IsSet("quorate"));
        JsonElement[] broken = [.. ha.Where(static entry => entry.Text("type") == "service" && entry.Text("state") is "error" or "fence")];
        JsonElement[] locked = [.. guests.Where(static guest => guest.Text("lock") is { Length: > 0 })];
        JsonObject value = new()
        {
            ["context"] = site.Name,
            ["product"] = "pve",
            ["version"] = version.Text("version"),
            ["quorate"] = isQuorate,
            ["nodes"] = new JsonArray([.. Rows.Project(nodes, s_nodes)]),
            ["guests"] = new JsonObject
            {
                ["running"] = guests.Count(static guest => guest.Text("status") == "running"),
                ["stopped"] = guests.Count(static guest => guest.Text("status") != "running"),
                ["locked"] = Names(locked, "vmid"),
            },
            ["full_storages"] = new JsonArray([.. Rows.Project(full, s_storages)]),
            ["ha_errors"] = Names(broken, "sid"),
            ["guests_in_no_backup_job"] = unsaved,
        };
        string text = $"{site.Name}: Proxmox VE {version.Text("version")}, {(isQuorate ? "quorate" : "NO QUORUM")}\n{Rows.Table(nodes, s_nodes)}\n"
            + $"guests: {value["guests"]!["running"]} running, {value["guests"]!["stopped"]} stopped"
            + Line("locked", locked, "vmid") + Line("HA errors", broken, "sid")
            + (unsaved > 0 ? $"\nin no backup job: {unsaved.ToString(CultureInfo.InvariantCulture)} guests (backup_audit names them)" : "")
            + (full.Length > 0 ? $"\nfull storages:\n{Rows.Table(full, s_storages)}" : "");
        return reading.Complete(await TokenFinding.AddAsync(site, reading, WithTasks(text, value, tasks, now), cancellationToken).ConfigureAwait(false));
    }

    private static async Task<List<JsonElement>> ClusterTasksAsync(Reading reading, IReadOnlyList<JsonElement> resources, DateTimeOffset now)
    {
        List<JsonElement> tasks = [.. await reading.ListAsync("/cluster/tasks").ConfigureAwait(false)];
        foreach (string node in TaskTools.OnlineNodes(resources))
        {
            // Proxmox: of the cluster's tasks each node tells the latest 25 or so.
            tasks.AddRange(await reading.PagesAsync($"/nodes/{node}/tasks", Failed(now)).ConfigureAwait(false));
        }

        return tasks;
    }

    private static async Task<ToolAnswer> BackupAsync(AgentSite site, CancellationToken cancellationToken)
    {
        Reading reading = new(site, cancellationToken);
        DateTimeOffset now = (await site.OpenAsync(cancellationToken).ConfigureAwait(false)).Client.Options.TimeProvider.GetUtcNow();
        JsonElement version = await reading.GetAsync("/version").ConfigureAwait(false);
        IReadOnlyList<JsonElement> usage = await site.ListAsync("/status/datastore-usage", null, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<JsonElement> tasks = await reading.PagesAsync("/nodes/localhost/tasks", Failed(now)).ConfigureAwait(false);
        JsonObject[] stores = [.. usage.Select(Store)];
        JsonObject value = new()
        {
            ["context"] = site.Name,
            ["product"] = "pbs",
            ["version"] = version.Text("version"),
            ["datastores"] = new JsonArray([.. Rows.Project(stores, s_stores)]),
        };
        string text = $"{site.Name}: Proxmox Backup Server {version.Text("version")}\n{Rows.Table(stores, s_stores)}";
        return reading.Complete(await TokenFinding.AddAsync(site, reading, WithTasks(text, value, tasks, now), cancellationToken).ConfigureAwait(false));
    }

    private static ApiParameters Failed(DateTimeOffset now) => new() { { "errors", true }, { "since", now.AddDays(-1).ToUnixTimeSeconds() } };

    private static ToolAnswer WithTasks(string text, JsonObject value, IReadOnlyList<JsonElement> tasks, DateTimeOffset now)
    {
        long since = now.AddDays(-1).ToUnixTimeSeconds();
        JsonObject[] failed =
        [
            .. tasks.Where(task => task.Number("endtime") >= since && !TaskTools.IsGood(task.Text("status")))
                .DistinctBy(static task => task.Text("upid"))
                .OrderByDescending(static task => task.Number("endtime"))
                .Select(static task => TaskTools.Row(task)),
        ];
        JsonObject[] shown = Rows.Project(failed.Take(MostTasks), s_tasks);
        string count = failed.Length > MostTasks ? string.Create(CultureInfo.InvariantCulture, $" ({MostTasks} of {failed.Length}; task_list has all)") : "";
        string lines = failed.Length == 0 ? "\nno failed task in 24 h" : $"\nfailed tasks{count}:\n{Rows.Table(shown, s_tasks)}";
        value["failed_tasks"] = new JsonArray([.. shown]);
        value["failed_tasks_total"] = failed.Length;
        return new ToolAnswer(text + lines, value);
    }

    private static JsonObject Node(JsonElement node, JsonElement[] guests) => Values.Row(
        ("node", node.Word("node")),
        ("status", node.Word("status")),
        ("cpu_pct", Values.Percent(node.Number("cpu"))),
        ("mem_pct", node.Percent("mem", "maxmem")),
        ("running", guests.Count(guest => guest.Text("node") == node.Text("node") && guest.Text("status") == "running")),
        ("uptime_days", node.Number("uptime") is { } seconds ? Math.Round(seconds / 86_400, 1) : null));

    private static JsonObject Storage(JsonElement storage) => Values.Row(
        ("storage", storage.Word("storage")),
        ("node", storage.Word("node")),
        ("used_pct", storage.Percent("disk", "maxdisk")),
        ("free_gib", Values.Gib(storage.Number("maxdisk") - storage.Number("disk"))));

    private static JsonObject Store(JsonElement store) => Values.Row(
        ("datastore", store.Word("store")),
        ("used_pct", store.Percent("used", "total")),
        ("free_gib", store.Gib("avail")),
        ("full_on", store.Number("estimated-full-date") is > 0 ? store.Time("estimated-full-date") : null));

    private static bool IsFull(JsonObject row) => row["used_pct"] is { } percent && percent.GetValue<double>() >= FullPercent;

    private static JsonArray Names(IReadOnlyList<JsonElement> entries, string member) => new([.. entries.Select(entry => entry.Word(member))]);

    private static string Line(string title, IReadOnlyList<JsonElement> entries, string member) =>
        entries.Count == 0 ? "" : $"\n{title}: {string.Join(' ', entries.Select(entry => entry.Text(member)))}";
}
