using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Nodes;

/// <summary>The system log of a node, as a numbered list and as the journal: what its tasks did.</summary>
/// <param name="state">The server.</param>
/// <param name="process">The daemon that runs tasks.</param>
/// <param name="bootedAt">When a node was booted.</param>
internal sealed class LogHandlers(ServerState state, string process, Func<string, DateTimeOffset> bootedAt)
{
    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/syslog", Syslog);
        table.Get("/nodes/{node}/journal", Journal);
    }

    private Entry[] Entries(ApiCall call)
    {
        string node = call.PathValues["node"] is var named and not "localhost" ? named : state.LocalNode;
        DateTimeOffset booted = bootedAt(node);
        List<Entry> entries = [new(booted, Line(booted, node, "systemd[1]", "Reached target multi-user.target - Multi-User System."))];
        foreach (SimulatedTask task in state.Tasks.All.Where(task => task.Node == node))
        {
            string source = string.Create(CultureInfo.InvariantCulture, $"{process}[{task.Pid - 1}]");
            entries.Add(new Entry(task.Started, Line(task.Started, node, source, $"<{task.Owner}> starting task {task.Upid}")));
            if (task.Ended is { } ended)
            {
                entries.Add(new Entry(ended, Line(ended, node, source, $"<{task.Owner}> end task {task.Upid} {task.ExitStatus}")));
            }
        }

        return [.. entries.OrderBy(static entry => entry.At)];
    }

    private static string Line(DateTimeOffset at, string node, string process, string text) =>
        $"{at.UtcDateTime.ToString("MMM dd HH:mm:ss", CultureInfo.InvariantCulture)} {node} {process}: {text}";

    private ApiReply Syslog(ApiCall call)
    {
        DateTimeOffset? Moment(string name) => call.Text(name) is { } text ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) : null;
        DateTimeOffset? since = Moment("since");
        DateTimeOffset? until = Moment("until");
        string? service = call.Text("service");
        string[] lines = [.. Entries(call)
            .Where(entry => (since is null || entry.At >= since) && (until is null || entry.At <= until) && (service is null || entry.Text.Contains($" {service}[", StringComparison.Ordinal)))
            .Select(static entry => entry.Text)];
        if (lines.Length == 0)
        {
            // Proxmox: an empty log is one line that says so.
            lines = ["-- No entries --"];
        }

        long start = call.Integer("start") ?? 0;
        long limit = call.Integer("limit") ?? 50;
        JsonArray items = [];
        for (long i = start; i < lines.Length && i < start + limit; i++)
        {
            items.Add((JsonNode)new JsonObject { ["n"] = i + 1, ["t"] = lines[i] });
        }

        return ApiReply.Page(items, lines.Length);
    }

    // Proxmox: the first and the last entry are cursors; the answer is a compressed stream whatever the client offered.
    private ApiReply Journal(ApiCall call)
    {
        long? since = call.Integer("since");
        long? until = call.Integer("until");
        Entry[] entries = Entries(call);
        int from = Position(call.Text("startcursor")) ?? 0;
        int to = Position(call.Text("endcursor")) ?? int.MaxValue;
        bool IsChosen(int index) => index >= from && index <= to
            && (since is null || entries[index].At.ToUnixTimeSeconds() >= since) && (until is null || entries[index].At.ToUnixTimeSeconds() <= until);
        List<int> found = [.. Enumerable.Range(0, entries.Length).Where(IsChosen)];
        if (call.Integer("lastentries") is { } last)
        {
            found = [.. found.TakeLast((int)last)];
        }

        JsonArray lines = [.. found.Select(index => (JsonNode)JsonValue.Create(entries[index].Text))];
        if (found.Count > 0)
        {
            lines.Insert(0, Cursor(found[0]));
            lines.Add((JsonNode)JsonValue.Create(Cursor(found[^1])));
        }

        return new ApiReply
        {
            Raw = PveFormat.Serialize(new JsonObject { ["data"] = lines, ["success"] = 1 }),
            RawContentType = "application/json",
            AlwaysCompress = true,
        };
    }

    private static string Cursor(int index) => string.Create(CultureInfo.InvariantCulture, $"s=5137;i={index:x};b=51");

    private static int? Position(string? cursor)
    {
        int start = cursor?.IndexOf(";i=", StringComparison.Ordinal) ?? -1;
        return start < 0 ? null : int.TryParse(cursor![(start + 3)..].Split(';')[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int index) ? index : null;
    }

    private sealed class Entry(DateTimeOffset at, string text)
    {
        public DateTimeOffset At => at;

        public string Text => text;
    }
}
