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
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary>The noun <c>task</c>: what servers do in the background.</summary>
internal static class TaskNoun
{
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
        Verb[] verbs = [TaskList.Make(), Show(context), Log(), Wait(), Stop(context)];
        foreach (Verb verb in verbs)
        {
            verb.TakesRepository = true;
        }

        return new Noun("task", "Tasks: what servers do in the background.")
        {
            Details = "Where no context is chosen, the tasks are those of the backup server that PBS_REPOSITORY or --repository names, as for prox backup.",
        }.Add(verbs);
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
        List<string> ended = [];
        try
        {
            foreach (string upid in upids.Select(Checked))
            {
                ends.Add((upid, await WaitForOneAsync(run, session, upid, quiet, ended.Add, cancellationToken).ConfigureAwait(false)));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            TaskAdvice.Detached(run, [.. upids.Skip(ends.Count)], ended);
            throw;
        }

        WriteEnds(run, ends);
        return WarningEnds.Settle(run.FailsOnWarnings, [.. ends.Where(static item => item.End != "OK").Select(static item => item.Upid)]);
    }

    private static async Task<string> WaitForOneAsync(
        VerbRun run, ServerSession session, string upid, bool quiet, Action<string> ended, CancellationToken cancellationToken)
    {
        string? target = null;
        using TaskBar bar = new(run.Command);
        void Show(string line)
        {
            target = HaRequest.TargetIn(line) ?? target;
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
            ended(upid);
            await HaWait.EndAsync(
                run, session, upid, target, run.WaitTimeout - time.GetElapsedTime(start), hasRun: null, cancellationToken).ConfigureAwait(false);
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
