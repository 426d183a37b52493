using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;
using ProxSharp.Operations.Text;

namespace ProxSharp.Mcp.Tools;

/// <summary>Virtual machines and containers.</summary>
internal sealed class GuestTools(AgentSites sites)
{
    private static readonly string[] s_columns =
        ["vmid", "type", "name", "node", "status", "cpus", "cpu_pct", "mem_gib", "mem_pct", "disk_gib", "pool", "tags", "lock"];
    private static readonly string[] s_hidden = ["digest", "smbios1", "vmgenid", "meta"];

    public IEnumerable<GuardTool> All()
    {
        yield return new GuardTool(
            "guest_list",
            "Virtual machines and containers, with load. Filter by node, status, tags, pool, name.",
            Rows.Arguments,
            [],
            ToolHints.Reads,
            ListAsync);
        yield return new GuardTool(
            "guest_show",
            "Configuration, state and snapshots of a guest, and its CPU and memory use over a timeframe.",
            """ "vmid":{"type":"string","description":"number or name"},"timeframe":{"type":"string","enum":["hour","day","week","month","year"],"description":"default week"} """,
            ["vmid"],
            ToolHints.Reads,
            ShowAsync);
    }

    // Where a guest is: 100, vm/100, ct/101, or its name.
    private static async Task<JsonElement> FindAsync(AgentSite site, string text, CancellationToken cancellationToken)
    {
        string wanted = text[(text.IndexOf('/', StringComparison.Ordinal) + 1)..];
        IReadOnlyList<JsonElement> all = await site.ResourcesAsync("vm", cancellationToken).ConfigureAwait(false);
        JsonElement[] found = [.. all.Where(guest => guest.Text("vmid") == wanted)];
        if (found.Length == 0)
        {
            found = [.. all.Where(guest => wanted.Equals(guest.Text("name"), StringComparison.OrdinalIgnoreCase))];
        }

        return found.Length switch
        {
            1 => found[0],
            0 => throw new ToolException("not-found", $"There is no guest '{UntrustedText.Clean(wanted, 100)}' in {site.Name}."),
            _ => throw new ToolException(
                "usage",
                $"Several guests are named '{UntrustedText.Clean(wanted, 100)}': {string.Join(", ", found.Select(static guest => guest.Text("vmid")))}. "
                    + "Choose one by its number."),
        };
    }

    private async Task<ToolAnswer> ListAsync(ToolCall call, CancellationToken cancellationToken)
    {
        AgentSite site = sites.For(call, ProxmoxProduct.VirtualEnvironment);
        IReadOnlyList<JsonElement> all = await site.ResourcesAsync("vm", cancellationToken).ConfigureAwait(false);
        ToolAnswer answer = Rows.Page(call, [.. all.OrderBy(static guest => guest.Number("vmid")).Select(Row)], s_columns);
        return sites.Told(answer, call, site, ProxmoxProduct.VirtualEnvironment);
    }

    private async Task<ToolAnswer> ShowAsync(ToolCall call, CancellationToken cancellationToken)
    {
        AgentSite site = sites.For(call, ProxmoxProduct.VirtualEnvironment);
        JsonElement guest = await FindAsync(site, call.Required("vmid"), cancellationToken).ConfigureAwait(false);
        string path = $"/nodes/{guest.Text("node")}/{guest.Text("type")}/{guest.Text("vmid")}";
        string timeframe = call.Text("timeframe") ?? "week";
        Reading reading = new(site, cancellationToken);

        JsonElement now = await reading.GetAsync($"{path}/status/current").ConfigureAwait(false);

        // Proxmox: without "current" the values are those of the next start, as if they held.
        JsonElement config = await reading.GetAsync($"{path}/config", new ApiParameters { { "current", true } }).ConfigureAwait(false);
        JsonObject pending = await PendingValues.ReadAsync(reading, path, s_hidden).ConfigureAwait(false);
        IReadOnlyList<JsonElement> snapshots = await reading.ListAsync($"{path}/snapshot").ConfigureAwait(false);
        IReadOnlyList<JsonElement> history = await reading.ListAsync($"{path}/rrddata", new ApiParameters { { "timeframe", timeframe }, { "cf", "AVERAGE" } })
            .ConfigureAwait(false);

        JsonObject row = (JsonObject)SafeText.Of(Row(LiveGuestRows.Renewed(guest, now)), "guest")!;
        ToolAnswer answer = Answer(row, Visible(config, path), pending, snapshots, Use(history, timeframe));
        return reading.Complete(sites.Told(answer, call, site, ProxmoxProduct.VirtualEnvironment));
    }

    private static ToolAnswer Answer(JsonObject safeRow, JsonObject config, JsonObject pending, IReadOnlyList<JsonElement> snapshots, JsonObject use)
    {
        JsonObject settings = (JsonObject)SafeText.Of(config, "config")!;
        JsonArray taken = new([.. snapshots.Where(static snapshot => snapshot.Text("name") != "current").Select(Snapshot)]);
        JsonObject value = new() { ["guest"] = safeRow, ["use"] = use, ["snapshots"] = taken, ["config"] = settings };
        if (pending.Count > 0)
        {
            value["pending"] = pending;
        }

        string[] foreign = [.. safeRow.Concat(settings).Concat(pending).Select(static member => member.Key).Where(SafeText.IsForeign).Distinct(StringComparer.Ordinal)];
        if (taken.Count > 0)
        {
            foreign = [.. foreign, "snapshots"];
        }

        value["untrusted"] = new JsonArray([.. foreign.Select(static name => (JsonNode)name)]);
        IEnumerable<string> lines =
        [
            string.Join(' ', safeRow.Select(static member => $"{member.Key}={member.Value}")),
            $"use: {string.Join(' ', use.Select(static member => $"{member.Key}={member.Value}"))}",
            $"snapshots: {(taken.Count == 0 ? "none" : string.Join(", ", taken.Select(static snapshot => $"{snapshot!["name"]} ({snapshot["time"]})")))}",
            .. settings.Select(static member => $"{member.Key}: {member.Value}"),
            .. pending.Count > 0 ? [$"from the next start: {PendingValues.Words(pending)}"] : Array.Empty<string>(),
            $"(written by others: {string.Join(", ", foreign)})",
        ];
        return new ToolAnswer(string.Join('\n', lines), value);
    }

    private static JsonObject Visible(JsonElement config, string path)
    {
        JsonObject members = config.ValueKind == JsonValueKind.Object ? JsonObject.Create(config)! : [];
        foreach (string name in s_hidden)
        {
            members.Remove(name);
        }

        return (JsonObject)AnswerMasks.Of(members, path)!;
    }

    private static JsonNode Snapshot(JsonElement snapshot) => SafeText.Of(
        Values.Row(
            ("name", snapshot.Word("name")),
            ("time", snapshot.Time("snaptime")),
            ("ram", snapshot.IsSet("vmstate") ? true : null),
            ("comment", snapshot.Word("description"))),
        "snapshot")!;

    private static JsonObject Use(IReadOnlyList<JsonElement> history, string timeframe)
    {
        double[] cpu = [.. history.Select(static point => point.Number("cpu")).OfType<double>()];
        double[] memory = [.. history.Select(static point => point.Number("mem")).OfType<double>()];
        double? all = history.Select(static point => point.Number("maxmem")).LastOrDefault(static number => number is > 0);
        JsonObject use = Values.Row(
            ("timeframe", timeframe),
            ("cpu_avg_pct", cpu.Length > 0 ? Values.Percent(cpu.Average()) : null),
            ("cpu_max_pct", cpu.Length > 0 ? Values.Percent(cpu.Max()) : null),
            ("mem_avg_gib", memory.Length > 0 ? Values.Gib(memory.Average()) : null),
            ("mem_max_gib", memory.Length > 0 ? Values.Gib(memory.Max()) : null),
            ("mem_gib", Values.Gib(all)));
        if (cpu.Length + memory.Length == 0)
        {
            use["samples"] = 0;
        }

        return use;
    }

    private static JsonObject Row(JsonElement guest) => Values.Row(
        ("vmid", guest.Whole("vmid")),
        ("type", guest.Text("type") == "lxc" ? "ct" : "vm"),
        ("name", guest.Word("name")),
        ("node", guest.Word("node")),
        ("status", guest.IsSet("template") ? "template" : guest.Word("status")),
        ("cpus", guest.Whole("maxcpu")),
        ("cpu_pct", Values.Percent(guest.Number("cpu"))),
        ("mem_gib", guest.Gib("maxmem")),
        ("mem_pct", guest.Percent("mem", "maxmem")),
        ("disk_gib", guest.Gib("maxdisk")),
        ("pool", guest.Word("pool")),
        ("tags", guest.Word("tags")),
        ("lock", guest.Word("lock")),
        ("ha", guest.Word("hastate")),
        ("uptime_days", guest.Number("uptime") is > 0 and { } seconds ? Math.Round(seconds / 86_400, 1) : null));
}
