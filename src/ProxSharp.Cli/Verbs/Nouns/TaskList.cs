using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Mcp.Sites;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary>
/// <c>prox task list</c>. The cluster tells the recent tasks of all nodes in one piece; the records of the nodes reach further back, and come in pages. What a
/// server does not choose is chosen here.
/// </summary>
internal sealed class TaskList
{
    /// <summary>Where nothing chooses, so many are enough.</summary>
    private const int MostTasks = 500;

    private readonly Option<string> _node = new("--node") { Description = "Only those of a node, from its own records", HelpName = "name" };
    private readonly Option<bool> _running = new("--running") { Description = "Only those that run" };
    private readonly Option<bool> _failed = new("--failed") { Description = "Only those that failed" };

    private readonly Option<string> _guest = new("--guest")
    {
        Description = "Only those of a guest: its number, also of one that is gone, or its name",
        HelpName = "guest",
    };

    private readonly Option<string> _type = new("--type") { Description = "Only those of a type: vzdump, qmstart, garbage_collection", HelpName = "type" };
    private readonly Option<string> _user = new("--user") { Description = "Only those of a user, or of one of their tokens: root@pam, root@pam!ci", HelpName = "user" };

    private readonly Option<string> _since = new("--since")
    {
        Description = "Only those that started since then: 2h, 3d, 2026-01-31 or 2026-01-31T02:00:00Z",
        HelpName = "time",
    };

    private readonly Option<int?> _limit = new("--limit") { Description = "The newest of them, so many at most", HelpName = "n" };

    private TaskList()
    {
    }

    /// <summary>Makes the verb.</summary>
    public static Verb Make()
    {
        TaskList list = new();
        return new Verb("list", "List tasks, the newest first.", VerbClass.Read, list.RunAsync)
        {
            Aliases = ["ls"],
            Calls = ["GET /cluster/tasks", "GET /nodes", "GET /nodes/{node}/tasks"],
            Details = "Without a choice it is what the cluster tells: the newest of each node, about 25. Whoever chooses by more than --running gets them from the "
                + "records of the nodes, which reach further back.",
            Options = [list._node, list._running, list._failed, list._guest, list._type, list._user, list._since, list._limit],
            Traits = VerbTraits.Watch,
            Examples =
            [
                new("task list", "the most recent ones of all nodes"),
                new("task list --running --watch", "those that run, again and again"),
                new("task list --failed --node pve1 -o jsonl", "failures of a node, for a program"),
                new("task list --type vzdump --node pve1 --since 7d", "the backups of a week"),
            ],
        };
    }

    private Task<int> RunAsync(VerbRun run, CancellationToken cancellationToken)
    {
        bool isBackup = run.Context.Product == ProxmoxProduct.BackupServer;
        string[] what = [.. isBackup ? (string[])["worker_type", "worker_id"] : ["type", "id"], "status"];
        string[] columns = [.. what, "node", "starttime", "user", "endtime", "upid"];
        string? named = run.Value(_node) ?? (isBackup ? "localhost" : null);
        int? limit = run.Number(_limit);
        ResultShape shape = ResultShapes.Of(
            SchemaSource.Embedded(run.Context.Product).Find(ApiMethod.Get, named is null ? "/cluster/tasks" : "/nodes/{node}/tasks")) with
        {
            TableFields = columns,
            LeadingFields = columns,
            KeptFields = what,
            FirstToGo = ["endtime"],
            WholeField = "upid",
            NameField = "upid",
        };
        return Watching.RunAsync(run, async token =>
        {
            long? since = Since(run);
            HashSet<string>? ids = await GuestsAsync(run, isBackup, run.Value(_guest), token).ConfigureAwait(false);
            List<JsonElement> items = await ReadAsync(run, named, isBackup, since, limit, token).ConfigureAwait(false);
            IEnumerable<JsonElement> chosen = items.Where(item => Fits(run, item, ids, since)).OrderByDescending(static item => Time(item));
            run.Write(JsonText.Build(json =>
            {
                json.WriteStartArray();
                foreach (JsonElement item in limit is { } most ? chosen.Take(most) : chosen)
                {
                    item.WriteTo(json);
                }

                json.WriteEndArray();
            }), shape);
        }, cancellationToken);
    }

    // Proxmox: a node of a cluster tells only the tasks that have ended, unless it is asked for all.
    private ApiParameters Wanted(VerbRun run, bool isBackup, long? since)
    {
        ApiParameters wanted = new() { { "typefilter", run.Value(_type) }, { "since", since } };
        if (!isBackup)
        {
            wanted.Add("source", run.Value(_running) ? "active" : "all");
        }
        else if (run.Value(_running))
        {
            wanted.Add("running", true);
        }

        if (run.Value(_failed))
        {
            wanted.Add("errors", true);
        }

        return wanted;
    }

    // What the cluster tells are the newest of each node, about 25: whoever chooses among tasks means those behind them as well, which the nodes tell.
    private async Task<List<JsonElement>> ReadAsync(VerbRun run, string? node, bool isBackup, long? since, int? limit, CancellationToken cancellationToken)
    {
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        if (node is not null)
        {
            return await OfNodeAsync(run, session, node, Wanted(run, isBackup, since), limit, cancellationToken).ConfigureAwait(false);
        }

        if (!IsChosen(run))
        {
            return [.. (await session.ListAsync("/cluster/tasks", null, cancellationToken).ConfigureAwait(false)).EnumerateArray()];
        }

        JsonElement nodes = await session.ListAsync("/nodes", null, cancellationToken).ConfigureAwait(false);
        ILookup<bool, string> all = nodes.EnumerateArray().ToLookup(static item => Text(item, "status") == "online", static item => Text(item, "node") ?? "");
        if (all[false].Any() && !run.IsGiven(run.Standard.Watch))
        {
            run.Command.Warn($"nodes that are away tell no tasks: {string.Join(", ", all[false])}");
        }

        IReadOnlyList<string> online = all[true].Any() ? [.. all[true]] : [await NodeFinder.OnlineAsync(run, cancellationToken).ConfigureAwait(false)];
        IReadOnlyList<NodeAnswer<List<JsonElement>>> found = await NodeReading.EachAsync(
            run, online, "the tasks", (name, token) => OfNodeAsync(run, session, name, Wanted(run, isBackup, since), limit, token), cancellationToken).ConfigureAwait(false);
        return [.. found.SelectMany(static answer => answer.Data)];
    }

    private bool IsChosen(VerbRun run) => new Option[] { _failed, _guest, _type, _user, _since }.Any(run.IsGiven);

    // The records of a node come in pages. What is chosen here must be chosen from all of them; a limit alone is one that the server keeps.
    private async Task<List<JsonElement>> OfNodeAsync(
        VerbRun run, ServerSession session, string node, ApiParameters wanted, int? limit, CancellationToken cancellationToken)
    {
        string path = $"/nodes/{Uri.EscapeDataString(node)}/tasks";
        int most = IsChosen(run) || run.IsGiven(_running) ? ServerPages.Most : Math.Min(limit ?? MostTasks, ServerPages.Most);
        List<JsonElement> items = [];
        long total = await ServerPages.ReadAsync(page => session.GetAsync(path, page, cancellationToken), wanted, 0, most, items).ConfigureAwait(false);
        if (total > items.Count && items.Count != limit && !run.IsGiven(run.Standard.Watch))
        {
            run.Command.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"these are of the newest {items.Count} of {total} tasks of {node}; for more: prox api get {path} start={items.Count} limit=500"));
        }

        return items;
    }

    private long? Since(VerbRun run) => run.Value(_since) switch
    {
        null => null,
        { Length: > 1 } text when text[^1] is 's' or 'm' or 'h' or 'd' =>
            (run.Command.Services.Time.GetUtcNow() - Durations.Parse(_since.Name, text)).ToUnixTimeSeconds(),
        { } text when TimeValues.IsDoubtful(text) => throw CliException.Usage(
            $"{_since.Name} {text} is no time", $"Write how long ago it is ({text}m, {text}h, {text}d), or when: 2026-01-31 or 2026-01-31T02:00:00Z"),
        { } text => TimeValues.TryRead(text)?.ToUnixTimeSeconds() ?? throw CliException.Usage(
            $"{_since.Name} {text} is no time", "Write how long ago it is (30m, 2h, 3d), or when: 2026-01-31 or 2026-01-31T02:00:00Z"),
    };

    // A number may be that of a guest that is gone: its tasks are still listed.
    private static async Task<HashSet<string>?> GuestsAsync(VerbRun run, bool isBackup, string? guest, CancellationToken cancellationToken) => guest switch
    {
        null => null,
        _ when isBackup || guest.All(char.IsAsciiDigit) => [guest],
        _ => [.. (await GuestTargets.NamedAsync(run, GuestKind.Any, [guest], cancellationToken).ConfigureAwait(false)).Select(static found => found.Id.ToString())],
    };

    private bool Fits(VerbRun run, JsonElement item, HashSet<string>? guests, long? since)
    {
        string? status = Text(item, "status");
        bool isRunning = !item.TryGetProperty("endtime", out _);
        bool isFailed = !isRunning && status is not null && status != "OK" && !status.StartsWith("WARNINGS", StringComparison.Ordinal);
        return (!run.Value(_running) || isRunning)
            && (!run.Value(_failed) || isFailed)
            && (guests is null || guests.Contains(Text(item, "id") ?? ""))
            && (run.Value(_type) is not { } type || type == (Text(item, "type") ?? Text(item, "worker_type")))
            && (run.Value(_user) is not { } user || IsOf(user, Text(item, "user") ?? "", Text(item, "tokenid")))
            && (since is null || Time(item) >= since);
    }

    // Proxmox: a task that a token started has the user and the token apart, or in one.
    private static bool IsOf(string wanted, string user, string? token) =>
        wanted == user || (token is null ? user.StartsWith($"{wanted}!", StringComparison.Ordinal) : wanted == $"{user}!{token}");

    private static long Time(JsonElement item) => item.TryGetProperty("starttime", out JsonElement time) && time.TryGetInt64(out long seconds) ? seconds : 0;

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
