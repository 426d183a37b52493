using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Mcp.Sites;
using ProxSharp.Mcp.Text;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Tools;

/// <summary>Tasks: which there were, what they wrote, and how they end.</summary>
internal sealed class TaskTools(AgentSites sites, TimeSpan patience)
{
    private const int LongestLine = 400;
    private static readonly string[] s_columns = ["type", "id", "user", "node", "started", "seconds", "exit", "upid"];

    public IEnumerable<GuardTool> All()
    {
        yield return new GuardTool(
            "task_list",
            "Tasks, newest first.",
            $$""" "failed":{"type":"boolean"},"hours":{"type":"integer","description":"default 24"},"vmid":{"type":"integer"},{{Rows.Arguments}} """,
            [],
            ToolHints.Reads,
            ListAsync);
        yield return new GuardTool(
            "task_log",
            "Log of a task: the last lines, or from offset on.",
            """ "upid":{"type":"string"},"offset":{"type":"integer"},"limit":{"type":"integer"} """,
            ["upid"],
            ToolHints.Reads,
            LogAsync);
        yield return new GuardTool(
            "task_wait",
            "Wait for a task and tell how it ended, or that it still runs.",
            """ "upid":{"type":"string"},"seconds":{"type":"integer","description":"default 45, at most 600"} """,
            ["upid"],
            ToolHints.Reads,
            async (call, cancellationToken) => await TaskWaiting
                .RunAsync(await FindAsync(call, cancellationToken).ConfigureAwait(false), call, patience, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>True for a task that ended well, with warnings or without, and for one that has not ended.</summary>
    public static bool IsGood(string? status) => status is null or "" or "OK" or "running" or "RUNNING" || status.StartsWith("WARNINGS", StringComparison.Ordinal);

    /// <summary>A row for a task.</summary>
    public static JsonObject Row(JsonElement task)
    {
        Upid upid = Upid.TryParse(task.Text("upid"), out Upid read) ? read : default;
        double? end = task.Number("endtime");
        return Values.Row(
            ("type", upid.Type),
            ("id", upid.Id.Length > 0 ? upid.Id : null),
            ("user", upid.User),
            ("node", upid.Node),
            ("started", Values.Time(upid.StartTime.ToUnixTimeSeconds())),
            ("ended", task.Time("endtime")),
            ("seconds", end is { } time ? (long)time - upid.StartTime.ToUnixTimeSeconds() : null),
            ("exit", task.Word("status") ?? (end is null ? "running" : "unknown")),
            ("upid", task.Word("upid")));
    }

    private async Task<(AgentSite Site, Upid Upid)> FindAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (!Upid.TryParse(call.Required("upid"), out Upid upid))
        {
            throw new ToolException("usage", "The argument 'upid' is no task; a task begins with UPID: and ends with a colon.");
        }

        // Only the backup server numbers the tasks of a process.
        ProxmoxProduct product = upid.TaskNumber is null ? ProxmoxProduct.VirtualEnvironment : ProxmoxProduct.BackupServer;
        AgentSite first = sites.Has(product) ? sites.For(call, product) : throw new ToolException("usage", "No context serves the product of this task.");
        AgentSite[] likely = call.Has("context") ? [first] : [.. sites.All.Where(site => site.Product == product)];
        if (likely.Length > 1)
        {
            // A task names its node, and not the cluster.
            foreach (AgentSite site in likely)
            {
                if (await HasAsync(site, upid, cancellationToken).ConfigureAwait(false))
                {
                    return (site, upid);
                }
            }
        }

        return (first, upid);
    }

    private static async Task<bool> HasAsync(AgentSite site, Upid upid, CancellationToken cancellationToken)
    {
        try
        {
            await site.GetAsync($"/nodes/{upid.Node}/tasks/{Uri.EscapeDataString(upid.ToString())}/status", null, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is ProxmoxException or AgentConnectionException)
        {
            // If no other context knows it either, the first one is asked again, and its error told.
            return false;
        }
    }

    private async Task<ToolAnswer> ListAsync(ToolCall call, CancellationToken cancellationToken)
    {
        IReadOnlyList<AgentSite> asked = sites.Asked(call);
        List<(AgentSite Site, JsonElement Task)> tasks = [];
        List<Reading> readings = [];
        foreach (AgentSite site in asked)
        {
            Reading reading = new(site, cancellationToken);
            readings.Add(reading);
            await reading.OfContextAsync(site, asked.Count > 1, async () => tasks.AddRange(
                (await TasksAsync(site, reading, call, cancellationToken).ConfigureAwait(false)).Select(task => (site, task)))).ConfigureAwait(false);
        }

        JsonObject[] rows = [.. tasks.OrderByDescending(static entry => entry.Task.Number("starttime")).Select(static entry => Row(entry.Site, entry.Task))];
        ToolAnswer answer = Rows.Page(call, rows, sites.HasSeveral ? ["context", .. s_columns] : s_columns);
        return readings.Aggregate(answer, static (whole, reading) => reading.Complete(whole));
    }

    private static JsonObject Row(AgentSite site, JsonElement task)
    {
        JsonObject row = Row(task);
        if (site.HasOthers)
        {
            row["context"] = site.Name;
        }

        return row;
    }

    private static async Task<IEnumerable<JsonElement>> TasksAsync(AgentSite site, Reading reading, ToolCall call, CancellationToken cancellationToken)
    {
        DateTimeOffset now = (await site.OpenAsync(cancellationToken).ConfigureAwait(false)).Client.Options.TimeProvider.GetUtcNow();
        long since = now.AddHours(-call.Number("hours", 24, 24 * 366)).ToUnixTimeSeconds();
        ApiParameters parameters = new() { { "since", since } };
        if (call.Flag("failed"))
        {
            parameters.Add("errors", true);
        }

        string? vmid = call.Text("vmid");
        if (vmid is not null && !site.IsBackup)
        {
            parameters.Add("vmid", vmid);
        }

        if (!site.IsBackup)
        {
            parameters.Add("source", "all");
        }

        List<JsonElement> tasks = [];
        foreach (string node in await NodesAsync(site, cancellationToken).ConfigureAwait(false))
        {
            tasks.AddRange(await reading.PagesAsync($"/nodes/{node}/tasks", parameters).ConfigureAwait(false));
        }

        return tasks.Where(task => (!call.Flag("failed") || !IsGood(task.Text("status"))) && (vmid is null || !site.IsBackup || IsOf(task, vmid)));
    }

    // A backup server knows guests by their groups only, such as store1:ns/a:vm/100/6532A1F0.
    private static bool IsOf(JsonElement task, string vmid)
    {
        string[] parts = Upid.TryParse(task.Text("upid"), out Upid upid) ? upid.Id.Split('/', ':') : [];
        int place = Array.IndexOf(parts, vmid);
        while (place >= 0 && (place == 0 || parts[place - 1] is not ("vm" or "ct")))
        {
            place = Array.IndexOf(parts, vmid, place + 1);
        }

        return place >= 0;
    }

    private static async Task<IEnumerable<string>> NodesAsync(AgentSite site, CancellationToken cancellationToken)
    {
        if (site.IsBackup)
        {
            return ["localhost"];
        }

        return OnlineNodes(await site.ResourcesAsync("node", cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The nodes that can tell something, among all that a cluster consists of.</summary>
    public static IEnumerable<string> OnlineNodes(IEnumerable<JsonElement> resources) =>
        resources.Where(static entry => entry.Text("type") == "node" && entry.Text("status") == "online").Select(static node => node.Text("node")).OfType<string>();

    private async Task<ToolAnswer> LogAsync(ToolCall call, CancellationToken cancellationToken)
    {
        (AgentSite site, Upid upid) = await FindAsync(call, cancellationToken).ConfigureAwait(false);
        int limit = call.Number("limit", 40, 500, least: 1);
        string path = $"/nodes/{upid.Node}/tasks/{Uri.EscapeDataString(upid.ToString())}/log";
        int start = call.Number("offset", -1, int.MaxValue);
        bool isEnd = start < 0;
        if (isEnd)
        {
            ApiParameters one = new() { { "start", 0 }, { "limit", 1 } };
            ApiResponse<JsonElement> first = await site.ReadAsync(path, one, cancellationToken).ConfigureAwait(false);
            start = (int)Math.Clamp((first.Total ?? 0) - limit, 0, int.MaxValue);
        }

        ApiResponse<JsonElement> page = await site.ReadAsync(path, new ApiParameters { { "start", start }, { "limit", limit } }, cancellationToken)
            .ConfigureAwait(false);
        string[] lines = [.. page.Data.EnumerateArray().Select(static line => SafeText.WithoutSecrets(line.Text("t") ?? ""))];

        // Where nothing is any more, only the server knows how long the log is.
        long total = lines.Length == 0 ? page.Total ?? start : Math.Max(page.Total ?? 0, start + lines.Length);
        return Log(upid, start, limit, lines, total, isEnd && start > 0);
    }

    private static ToolAnswer Log(Upid upid, int start, int limit, string[] lines, long total, bool isBegun)
    {
        string[] clean = [.. lines.Select(static line => Operations.Text.UntrustedText.Clean(line, LongestLine))];
        int next = start + lines.Length;
        bool isCut = lines.Length > 0 && next < total;
        JsonObject value = new()
        {
            ["upid"] = upid.ToString(),
            ["untrusted"] = true,
            ["lines"] = new JsonArray([.. clean.Select(static line => (JsonNode)line)]),
            ["first"] = start,
            ["returned"] = lines.Length,
            ["total"] = total,
            ["limit"] = limit,
            ["truncated"] = isCut || isBegun,
            ["next"] = isCut ? next : null,
        };

        // One mark around all: the lines themselves cannot hold it, as they are cleaned.
        string where = lines.Length == 0
            ? string.Create(CultureInfo.InvariantCulture, $"no lines from {start} on; the log has {total}")
            : string.Create(CultureInfo.InvariantCulture, $"lines {start} to {next} of {total}{(isBegun ? "; truncated: those before with offset 0" : "")}{(isCut ? $"; go on with offset {next}" : "")}");
        return new ToolAnswer($"<untrusted>\n{string.Join('\n', clean)}\n</untrusted>\n({where})", value);
    }
}
