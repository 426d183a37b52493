using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Mcp.Sites;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary>The noun <c>task</c>: what servers do in the background.</summary>
internal static class TaskNoun
{
    /// <summary>Where nothing chooses, so many are enough.</summary>
    private const int MostTasks = 500;

    private const string Example = "UPID:pve1:000003E8:00001000:65000000:qmstart:100:root@pam:";

    private static readonly ResultShape s_ended = new()
    {
        LeadingFields = ["upid", "exitstatus"],
        TableFields = ["upid", "exitstatus"],
        WholeField = "upid",
        NameField = "upid",
    };

    /// <summary>Builds it.</summary>
    public static Noun Build(VerbContext context)
    {
        Verb[] verbs = [List(context), Show(context), Log(), Wait(), Stop(context)];
        foreach (Verb verb in verbs)
        {
            verb.TakesRepository = true;
        }

        return new Noun("task", "Tasks: what servers do in the background.")
        {
            Details = "Where no context is chosen, the tasks are those of the backup server that PBS_REPOSITORY or --repository names, as for prox backup.",
        }.Add(verbs);
    }

    private static Verb List(VerbContext context)
    {
        Option<string> node = new("--node") { Description = "Only those of a node, from its own records, which reach further back", HelpName = "name" };
        Option<bool> running = new("--running") { Description = "Only those that run" };
        Option<bool> failed = new("--failed") { Description = "Only those that failed" };
        Option<string> guest = new("--guest") { Description = "Only those of a guest: its number, also of one that is gone, or its name", HelpName = "guest" };
        return new Verb("list", "List tasks, the newest first.", VerbClass.Read, (run, token) => ListAsync(run, node, running, failed, guest, token))
        {
            Aliases = ["ls"],
            Calls = ["GET /cluster/tasks", "GET /nodes/{node}/tasks"],
            Options = [node, running, failed, guest],
            Traits = VerbTraits.Watch,
            Examples =
            [
                new("task list", "the most recent ones of all nodes"),
                new("task list --running --watch", "those that run, again and again"),
                new("task list --failed --node pve1 -o jsonl", "failures of a node, for a program"),
            ],
        };
    }

    private static Task<int> ListAsync(
        VerbRun run, Option<string> node, Option<bool> running, Option<bool> failed, Option<string> guest, CancellationToken cancellationToken)
    {
        bool isBackup = run.Context.Product == ProxmoxProduct.BackupServer;
        string[] what = [.. isBackup ? (string[])["worker_type", "worker_id"] : ["type", "id"], "status"];
        string[] columns = [.. what, "node", "starttime", "user", "endtime", "upid"];
        string? named = run.Value(node) ?? (isBackup ? "localhost" : null);
        string path = named is null ? "/cluster/tasks" : $"/nodes/{Uri.EscapeDataString(named)}/tasks";
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
            HashSet<string>? ids = await GuestsAsync(run, isBackup, run.Value(guest), token).ConfigureAwait(false);
            bool isChosen = run.Value(running) || run.Value(failed) || ids is not null;
            List<JsonElement> items = await ReadAsync(
                run, path, named is null ? null : Wanted(isBackup, run.Value(running), run.Value(failed)), isChosen ? ServerPages.Most : MostTasks, token).ConfigureAwait(false);
            run.Write(JsonText.Build(json =>
            {
                json.WriteStartArray();
                foreach (JsonElement item in items
                    .Where(item => Fits(item, run, running, failed, ids))
                    .OrderByDescending(static item => Time(item)))
                {
                    item.WriteTo(json);
                }

                json.WriteEndArray();
            }), shape);
        }, cancellationToken);
    }

    // Proxmox: a node of a cluster tells only the tasks that have ended, unless it is asked for all.
    private static ApiParameters Wanted(bool isBackup, bool running, bool failed)
    {
        ApiParameters wanted = [];
        if (!isBackup)
        {
            wanted.Add("source", running ? "active" : "all");
        }
        else if (running)
        {
            wanted.Add("running", true);
        }

        if (failed)
        {
            wanted.Add("errors", true);
        }

        return wanted;
    }

    // The recent ones of all nodes come in one piece, those of a node in pages.
    private static async Task<List<JsonElement>> ReadAsync(VerbRun run, string path, ApiParameters? ofNode, int most, CancellationToken cancellationToken)
    {
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        if (ofNode is null)
        {
            return [.. (await session.GetAsync(path, null, cancellationToken).ConfigureAwait(false)).Data.EnumerateArray()];
        }

        List<JsonElement> items = [];
        long total = await ServerPages.ReadAsync(page => session.GetAsync(path, page, cancellationToken), ofNode, 0, most, items).ConfigureAwait(false);
        if (total > items.Count && !run.IsGiven(run.Standard.Watch))
        {
            run.Command.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"these are of the newest {items.Count} of {total} tasks; for more: prox api get {path} start={items.Count} limit=500"));
        }

        return items;
    }

    // A number may be that of a guest that is gone: its tasks are still listed.
    private static async Task<HashSet<string>?> GuestsAsync(VerbRun run, bool isBackup, string? guest, CancellationToken cancellationToken) => guest switch
    {
        null => null,
        _ when isBackup || guest.All(char.IsAsciiDigit) => [guest],
        _ => [.. (await Guests.GuestTargets.NamedAsync(run, Guests.GuestKind.Any, [guest], cancellationToken).ConfigureAwait(false)).Select(
            static found => found.Id.ToString())],
    };

    private static long Time(JsonElement item) => item.TryGetProperty("starttime", out JsonElement time) && time.TryGetInt64(out long seconds) ? seconds : 0;

    private static bool Fits(JsonElement item, VerbRun run, Option<bool> running, Option<bool> failed, HashSet<string>? guests)
    {
        string? status = Text(item, "status");
        bool isRunning = !item.TryGetProperty("endtime", out _);
        bool isFailed = !isRunning && status is not null && status != "OK" && !status.StartsWith("WARNINGS", StringComparison.Ordinal);
        return (!run.Value(running) || isRunning) && (!run.Value(failed) || isFailed) && (guests is null || guests.Contains(Text(item, "id") ?? ""));
    }

    private static Verb Show(VerbContext context) =>
        Endpoints.EndpointVerbs.Make(context, new("show", "GET /nodes/{node}/tasks/{upid}/status", "Show whether a task runs, or how it ended.")
        {
            Node = Endpoints.NodeRule.OfTask,
            Examples = [new($"task show {Example}", "its state"), new($"task show {Example} -o json --query exitstatus", "only how it ended")],
        });

    private static Verb Stop(VerbContext context) =>
        Endpoints.EndpointVerbs.Make(context, new("stop", "DELETE /nodes/{node}/tasks/{upid}", "Ask a task to stop.")
        {
            Class = VerbClass.Change,
            Node = Endpoints.NodeRule.OfTask,
            Examples = [new($"task stop {Example}", "ask it"), new($"task stop {Example} --dry-run", "see the call")],
        });

    private static Verb Log()
    {
        Argument<string> upid = Upid();
        Option<bool> follow = new("--follow", "-f") { Description = "Go on with new lines until the task ends" };
        return new Verb("log", "Print the log of a task.", VerbClass.Read, (run, token) => LogAsync(run, run.Value(upid)!, run.Value(follow), token))
        {
            Calls = ["GET /nodes/{node}/tasks/{upid}/log"],
            Arguments = [upid],
            Options = [follow],
            Examples = [new($"task log {Example}", "all lines"), new($"task log {Example} --follow", "and those that come")],
        };
    }

    private static async Task<int> LogAsync(VerbRun run, string upid, bool follow, CancellationToken cancellationToken)
    {
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        if (follow)
        {
            return await FollowAsync(run, session, upid, cancellationToken).ConfigureAwait(false);
        }

        ApiParameters all = [];
        all.Add("limit", 0L);
        string path = $"/nodes/{Uri.EscapeDataString(Checked(upid).Split(':')[1])}/tasks/{Uri.EscapeDataString(upid)}/log";
        JsonElement lines = (await session.GetAsync(path, all, cancellationToken).ConfigureAwait(false)).Data;
        if (run.Command.Output.Format is OutputFormat.Table or OutputFormat.Wide && run.Command.Output.Query is null)
        {
            foreach (JsonElement line in lines.EnumerateArray())
            {
                run.Command.Services.Console.Out.WriteLine(TextCells.LogLine(Text(line, "t") ?? ""));
            }
        }
        else
        {
            run.Write(lines, new ResultShape { LeadingFields = ["n", "t"], NameField = "t" });
        }

        return ExitCodes.Success;
    }

    // Lines come one by one, until the task ends.
    private static async Task<int> FollowAsync(VerbRun run, ServerSession session, string upid, CancellationToken cancellationToken)
    {
        OutputFormat format = run.Command.Output.Format;
        if (format is OutputFormat.Yaml or OutputFormat.Csv or OutputFormat.Tsv)
        {
            throw CliException.Usage("With --follow the lines come one by one", "Use -o jsonl, which has an object on each line, or leave -o out");
        }

        TextWriter writer = run.Command.Services.Console.Out;
        int number = 0;
        TaskWaiter waiter = new(session, run.Command.Services.Time, line =>
        {
            writer.WriteLine(format is OutputFormat.Json or OutputFormat.JsonLines ? Numbered(++number, line) : TextCells.LogLine(line));
            writer.Flush();
        })
        {
            Outage = run.Command.Outage,
        };
        return await OutputLoop.RunAsync(run.Command.Services.Console, async end =>
        {
            await waiter.WaitAsync(Checked(upid), end).ConfigureAwait(false);
            return ExitCodes.Success;
        }, cancellationToken).ConfigureAwait(false);
    }

    private static string Numbered(int number, string line) => JsonText.Compact(JsonText.Build(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("n", number);
        json.WriteString("t", line);
        json.WriteEndObject();
    }));

    private static Verb Wait()
    {
        Argument<string[]> upids = new("upid") { Description = "The tasks (UPID:...)", Arity = ArgumentArity.OneOrMore };
        Option<bool> quiet = new("--quiet", "-q") { Description = "Do not show the log" };
        return new Verb(
            "wait",
            "Wait until tasks have ended, and follow their logs.",
            VerbClass.Read,
            (run, token) => WaitAsync(run, run.Value(upids)!, run.Value(quiet), token))
        {
            Calls = ["GET /nodes/{node}/tasks", "GET /nodes/{node}/tasks/{upid}/log"],
            Arguments = [upids],
            Options = [quiet],
            Traits = VerbTraits.Waits,
            Details = "Ends with exit code 9 if one of them failed, and 11 if the time for waiting was over. After a task that only asked high availability "
                + "(hastart, hastop, hamigrate) it waits until the guest is where it shall be.",
            Examples = [new($"task wait {Example}", "one task"), new(
                $"task wait {Example} --wait-timeout 600 --quiet", "ten minutes at most, without its log")],
        };
    }

    private static async Task<int> WaitAsync(VerbRun run, IReadOnlyList<string> upids, bool quiet, CancellationToken cancellationToken)
    {
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        List<(string Upid, string End)> ends = [];
        try
        {
            foreach (string upid in upids.Select(Checked))
            {
                ends.Add((upid, await WaitForOneAsync(run, session, upid, quiet, cancellationToken).ConfigureAwait(false)));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            TaskAdvice.Detached(run, [.. upids.Skip(ends.Count)]);
            throw;
        }

        WriteEnds(run, ends);
        return run.FailsOnWarnings && ends.Exists(static item => item.End != "OK") ? ExitCodes.TaskWarnings : ExitCodes.Success;
    }

    private static async Task<string> WaitForOneAsync(VerbRun run, ServerSession session, string upid, bool quiet, CancellationToken cancellationToken)
    {
        string? target = null;
        using TaskBar bar = new(run.Command);
        void Show(string line)
        {
            target = HaGoal.TargetIn(line) ?? target;
            if (!quiet)
            {
                bar.Log(line);
            }
        }

        TimeProvider time = run.Command.Services.Time;
        long start = time.GetTimestamp();
        TaskWaiter waiter = new(session, time, Show) { Timeout = run.WaitTimeout, Outage = run.Command.Outage, Progress = quiet ? null : bar };
        try
        {
            string end = await waiter.WaitAsync(upid, cancellationToken).ConfigureAwait(false);
            await EndOfHaAsync(run, session, upid, target, start, cancellationToken).ConfigureAwait(false);
            return end;
        }
        finally
        {
            if (waiter.End is { } end)
            {
                GuardAccess.NoteTaskEnd(run, upid, end);
            }
        }
    }

    // A task that only asked high availability has ended before the guest is where it shall be.
    private static async Task EndOfHaAsync(VerbRun run, ServerSession session, string upid, string? target, long start, CancellationToken cancellationToken)
    {
        if (session.Pve is not { } pve || !Ids.Upid.TryParse(upid, out Ids.Upid task) || HaGoal.Of(task, target) is not { } goal)
        {
            return;
        }

        IReadOnlyList<GuestSummary> all = await pve.Guests.ListAsync(cancellationToken).ConfigureAwait(false);
        if (all.FirstOrDefault(guest => guest.Id.ToString() == task.Id) is { } guest)
        {
            TimeProvider time = run.Command.Services.Time;
            HaWait wait = new(session, pve, time, task, guest, goal)
            {
                Timeout = run.WaitTimeout - time.GetElapsedTime(start),
                Outage = run.Command.Outage,
            };
            run.Note(wait.Text);
            await wait.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static void WriteEnds(VerbRun run, List<(string Upid, string End)> ends) => run.Write(
        JsonText.Build(json =>
        {
            json.WriteStartArray();
            foreach ((string upid, string end) in ends)
            {
                json.WriteStartObject();
                json.WriteString("upid", upid);
                json.WriteString("exitstatus", end);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }),
        s_ended);

    private static Argument<string> Upid() => new("upid") { Description = "The task (UPID:...)" };

    private static string Checked(string upid) =>
        TaskWaiter.IsUpid(upid) ? upid : throw CliException.Usage($"'{upid}' is no identifier of a task", "It begins with UPID: (prox task list)");

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
