using System.Text.Json;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Live;

/// <summary>Compares what a cluster looked like with what it looks like now. Keeps the last look; makes no calls.</summary>
internal sealed class ClusterWatch
{
    private static readonly string[] s_followed = ["status", "node", "name", "lock", "pool", "tags", "template", "hastate"];

    // Proxmox: the types that the list of resources has, guests in one word.
    private static readonly string[] s_things = ["task", "guest", "node", "storage", "pool", "sdn", "network", "resource"];

    // Far more than a cluster lists at once.
    private const int MostTasks = 10_000;

    private const string Ended = "task.ended";

    private Dictionary<string, JsonElement>? _resources;

    // Proxmox: the list is gathered from the nodes. That of a node that was away, or of a cluster that has just been started, comes late: what was seen
    // before is no news then.
    private readonly Dictionary<string, SeenTask> _tasks = new(StringComparer.Ordinal);
    private bool _hasLooked;

    /// <summary>Makes sure that some event may have a kind that begins so: who waits for another one waits for ever.</summary>
    /// <exception cref="CliException">None has.</exception>
    public static void CheckKind(string? kind)
    {
        if (kind is null || kind.Length == 0)
        {
            return;
        }

        string[] parts = kind.Split('.', 2);
        string[] whole = parts[0] == "task" ? ["started", "ended"] : [.. s_followed, "created", "gone"];
        bool isKnown = parts is [{ } thing, { } what]
            ? s_things.Contains(thing, StringComparer.Ordinal) && whole.Any(known => known.StartsWith(what, StringComparison.Ordinal))
            : s_things.Any(known => known.StartsWith(kind, StringComparison.Ordinal));
        if (!isKnown)
        {
            throw CliException.Usage(
                $"No event has a kind that begins with '{kind}'",
                $"There are task.started and task.ended; and {string.Join(", ", s_things.Where(static known => known != "task"))}, each with .created, .gone"
                + string.Concat(s_followed.Select(static member => $", .{member}")));
        }
    }

    /// <summary>Takes a look at the resources and returns what changed since the last one; the first one changes nothing.</summary>
    public IReadOnlyList<Change> Resources(JsonElement items)
    {
        Dictionary<string, JsonElement> now = items.EnumerateArray().Where(static item => Text(item, "id") is not null).ToDictionary(
            static item => Text(item, "id")!, StringComparer.Ordinal);
        List<Change> changes = [];
        Dictionary<string, JsonElement> last = _resources ?? now;
        foreach ((string id, JsonElement item) in now)
        {
            if (!last.TryGetValue(id, out JsonElement before))
            {
                changes.Add(Of(item, "created", $"{Title(item)} appeared", item));
                continue;
            }

            foreach (string member in s_followed)
            {
                if (IsSame(before, item, member))
                {
                    continue;
                }

                string from = Text(before, member) ?? "";
                string to = Text(item, member) ?? "";
                changes.Add(Of(item, member, $"{Title(item)}: {member} {Shown(from)} -> {Shown(to)}", item, ("from", from), ("to", to)));
            }
        }

        foreach ((string id, JsonElement item) in last)
        {
            if (!now.ContainsKey(id))
            {
                changes.Add(Of(item, "gone", $"{Title(item)} is gone", item));
            }
        }

        _resources = Kept(now);
        return changes;
    }

    // The whole look would be kept by each of its items; what is compared and told of them is a third of it.
    private static Dictionary<string, JsonElement> Kept(Dictionary<string, JsonElement> items)
    {
        JsonElement kept = JsonText.Build(json =>
        {
            json.WriteStartObject();
            foreach ((string id, JsonElement item) in items)
            {
                json.WriteStartObject(id);
                foreach (JsonProperty member in item.EnumerateObject())
                {
                    if (IsDetail(member.Name) || s_followed.Contains(member.Name, StringComparer.Ordinal))
                    {
                        member.WriteTo(json);
                    }
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
        return kept.EnumerateObject().ToDictionary(static item => item.Name, static item => item.Value, StringComparer.Ordinal);
    }

    /// <summary>Takes a look at the tasks and returns those that started or ended since the last one, in the order in which they did.</summary>
    public IReadOnlyList<Change> Tasks(JsonElement items)
    {
        Dictionary<string, JsonElement> now = items.EnumerateArray()
            .Where(static item => Text(item, "upid") is not null)
            .DistinctBy(static item => Text(item, "upid"))
            .ToDictionary(static item => Text(item, "upid")!, StringComparer.Ordinal);
        List<Change> changes = [];
        bool isFirst = !_hasLooked;
        foreach ((string upid, JsonElement item) in now.OrderBy(static pair => Number(pair.Value, "starttime")).ThenBy(static pair => Started(pair.Key)))
        {
            bool isKnown = _tasks.TryGetValue(upid, out SeenTask? before) || isFirst;
            bool hasEnded = item.TryGetProperty("endtime", out _);
            if (!isKnown)
            {
                changes.Add(Task(upid, item, "started"));
            }

            bool hadEnded = before is { HasEnded: true };
            if (hasEnded && !hadEnded && !isFirst)
            {
                changes.Add(Task(upid, item, "ended"));
            }

            _tasks[upid] = new SeenTask(Number(item, "starttime"), hasEnded || hadEnded);
        }

        _hasLooked = true;
        Forget(now);

        // After an outage there may be many of them. In the same second a task starts before it ends.
        return [.. changes.OrderBy(static change => Time(change))];
    }

    // What is on the list is never forgotten: it would be news at the next look.
    private void Forget(Dictionary<string, JsonElement> now)
    {
        foreach (string upid in _tasks.Where(pair => !now.ContainsKey(pair.Key))
            .OrderBy(static pair => pair.Value.Start)
            .Take(Math.Max(0, _tasks.Count - MostTasks))
            .Select(static pair => pair.Key)
            .ToArray())
        {
            _tasks.Remove(upid);
        }
    }

    // Within a second: hundredths since the node was booted.
    private static long Started(string upid) => Upid.TryParse(upid, out Upid task) ? task.ProcessStart : 0;

    private static Change Task(string upid, JsonElement item, string what)
    {
        string id = Text(item, "id") is { Length: > 0 } text ? $" of {text}" : "";
        string end = what == "ended" ? $": {Text(item, "status") ?? "unknown"}" : "";
        Dictionary<string, JsonElement> members = Members(item);
        if (what != "ended")
        {
            // Between two looks it may have ended as well, which is an event of its own.
            members.Remove("endtime");
            members.Remove("status");
        }

        return new Change($"task.{what}", upid, $"task {Text(item, "type")}{id} on {Text(item, "node")} {what}{end}", members);
    }

    private static Change Of(JsonElement item, string what, string text, JsonElement details, params (string Name, string Value)[] more)
    {
        string kind = Text(item, "type") is "qemu" or "lxc" ? "guest" : Text(item, "type") ?? "resource";
        Dictionary<string, JsonElement> members = Members(details);
        foreach ((string name, string value) in more)
        {
            members[name] = JsonText.Build(json => json.WriteStringValue(value));
        }

        return new Change($"{kind}.{what}", Text(item, "id")!, text, members);
    }

    // Figures change all the time and say little about what happened.
    private static Dictionary<string, JsonElement> Members(JsonElement item) => item.EnumerateObject()
        .Where(static member => IsDetail(member.Name))
        .ToDictionary(static member => member.Name, static member => member.Value, StringComparer.Ordinal);

    private static bool IsDetail(string name) =>
        name is "vmid" or "name" or "node" or "type" or "status" or "storage" or "upid" or "id" or "user" or "starttime" or "endtime" or "pool";

    private static string Title(JsonElement item) => Text(item, "type") switch
    {
        "qemu" => $"VM {Text(item, "vmid")} ({Text(item, "name")})",
        "lxc" => $"container {Text(item, "vmid")} ({Text(item, "name")})",
        "node" => $"node {Text(item, "node")}",
        "storage" => $"storage {Text(item, "storage")} on {Text(item, "node")}",
        { } other => $"{other} {Text(item, "id")}",
        _ => Text(item, "id")!,
    };

    // Most is the same, and no text of it is made then.
    private static bool IsSame(JsonElement before, JsonElement now, string name)
    {
        bool had = before.TryGetProperty(name, out JsonElement first);
        bool has = now.TryGetProperty(name, out JsonElement second);
        return (!had && !has) || (had && has && JsonElement.DeepEquals(first, second)) || Text(before, name) == Text(now, name);
    }

    private static string Shown(string value) => value.Length == 0 ? "(none)" : value;

    private static double Time(Change task) =>
        task.Details.TryGetValue(task.Kind == Ended ? "endtime" : "starttime", out JsonElement time) && time.ValueKind == JsonValueKind.Number ? time.GetDouble() : 0;

    private static double Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0;

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value.ToString() : null;

    private sealed record SeenTask(double Start, bool HasEnded);
}
