using System.CommandLine;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Live;

/// <summary><c>prox top</c>: the cluster, live.</summary>
internal static class TopVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Make()
    {
        Option<int?> interval = new("--interval") { Description = "How often to look [default: 3]", HelpName = "seconds" };
        Option<bool> once = new("--once") { Description = "Show it once; what happens in a pipe anyway" };
        return new Verb("top", "Watch the cluster live: nodes, running tasks, and guests sorted by what they use.", VerbClass.Read,
            (run, token) => RunAsync(run, run.Number(interval, 3600) ?? 3, run.Value(once), token))
        {
            Calls = ["GET /cluster/resources", "GET /cluster/tasks"],
            Options = [interval, once],
            Details =
                "Keys: c, m, n, i, u sort by CPU, memory, name, number, uptime; r shows running guests only; j, k, the arrows, Page Up, Page Down, Home and "
                + "End scroll the guests; / filters them by words in their name, tags, node or number (Enter keeps the filter, Esc ends it); q ends. "
                + "What the server does not tell, for want of a privilege or of an answer of the node, is shown as -. "
                + "A server that does not answer for a while is waited for: a line says how old the figures are.",
            Examples =
            [
                new("top", "at a terminal, until q"),
                new("top --once --no-color", "one look, for a file"),
                new("top -o json", "one look, for a program"),
            ],
        };
    }

    private static async Task<int> RunAsync(VerbRun run, int interval, bool once, CancellationToken cancellationToken)
    {
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        bool isForProgram = IsForProgram(run.Command.Output);
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        IConsoleHost console = run.Command.Services.Console;
        TopState state = new();
        bool isScreen = console.IsOutputTerminal && console.IsInputTerminal && run.Command.Services.Environment.Variable("TERM") != "dumb";
        if (isForProgram || once || !isScreen)
        {
            await LookAsync(session, state, cancellationToken).ConfigureAwait(false);
            await WriteAsync(run, state, isForProgram, cancellationToken).ConfigureAwait(false);
            return ExitCodes.Success;
        }

        return await WatchAsync(run, session, state, new RepeatedReading(run.Command.Services.Time, TimeSpan.FromSeconds(interval)), cancellationToken)
            .ConfigureAwait(false);
    }

    private static async Task<int> WatchAsync(
        VerbRun run, ServerSession session, TopState state, RepeatedReading reading, CancellationToken cancellationToken)
    {
        // The first look before the screen is changed: it may ask a question, or fail.
        await reading.TryAsync(() => LookAsync(session, state, cancellationToken)).ConfigureAwait(false);
        TimeProvider time = run.Command.Services.Time;
        using OtherScreen screen = new(run.Command.Services.Console);
        while (!state.IsOver)
        {
            TopKeys keys = new(run.Command.Services.Console, state, time, () => Draw(run, state, screen));
            Draw(run, state, screen);
            await keys.TakeAsync(Task.Delay(reading.Pause, time, cancellationToken), cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            await LookAgainAsync(session, state, reading, keys, cancellationToken).ConfigureAwait(false);
        }

        return ExitCodes.Success;
    }

    // A server that hangs must not keep the keys from working.
    private static async Task LookAgainAsync(
        ServerSession session, TopState state, RepeatedReading reading, TopKeys keys, CancellationToken cancellationToken)
    {
        if (state.IsOver)
        {
            return;
        }

        using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ClusterLook look = default;
        Task<bool> read = reading.TryAsync(async () => look = await ClusterLook.TakeAsync(session, leave.Token).ConfigureAwait(false), state.Lose);
        try
        {
            await keys.TakeAsync(read, cancellationToken).ConfigureAwait(false);
            if (state.IsOver)
            {
                await leave.CancelAsync().ConfigureAwait(false);
            }

            if (await read.ConfigureAwait(false))
            {
                state.Take(look.Resources, look.Tasks);
            }
        }
        catch (OperationCanceledException) when (state.IsOver && !cancellationToken.IsCancellationRequested)
        {
            // Nobody waits for the look any more.
            return;
        }

        if (reading.Outage is { } outage)
        {
            state.Lose(outage);
        }
    }

    // One value holds three lists: what makes lines or columns of one list is for the commands that show one.
    private static bool IsForProgram(OutputSettings output)
    {
        bool isWhole = output.Format is OutputFormat.Json or OutputFormat.Yaml;
        if (output.Fields is not null || output.Sort.Count > 0 || !(isWhole || output.Format is OutputFormat.Table))
        {
            throw CliException.Usage(
                "top shows nodes, guests and tasks at once: it takes -o json and -o yaml, and neither other forms nor --fields and --sort",
                "Lists of each: prox node list, prox guest list, prox task list; changes as lines: prox events");
        }

        return isWhole || output.Query is not null;
    }

    private static async Task WriteAsync(VerbRun run, TopState state, bool isForProgram, CancellationToken cancellationToken)
    {
        if (isForProgram)
        {
            run.Write(JsonText.Build(json => Write(json, state)));
            return;
        }

        foreach (string line in Lines(run, state, run.Command.Output.Width, null))
        {
            await run.Command.Services.Console.Out.WriteLineAsync(line.AsMemory(), cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Write(Utf8JsonWriter json, TopState state)
    {
        json.WriteStartObject();
        foreach ((string name, IReadOnlyList<TopItem> items) in new[] { ("nodes", state.Nodes), ("guests", state.Guests), ("tasks", state.Tasks) })
        {
            json.WriteStartArray(name);
            foreach (TopItem item in items)
            {
                item.WriteTo(json);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static async Task LookAsync(ServerSession session, TopState state, CancellationToken cancellationToken)
    {
        ClusterLook look = await ClusterLook.TakeAsync(session, cancellationToken).ConfigureAwait(false);
        state.Take(look.Resources, look.Tasks);
    }

    private static void Draw(VerbRun run, TopState state, OtherScreen screen)
    {
        // The size is asked for each time: the terminal's window may have been resized.
        IConsoleHost console = run.Command.Services.Console;
        IReadOnlyList<string> lines = Lines(run, state, console.Width ?? run.Command.Output.Width, console.Height ?? WatchScreen.UsualHeight);
        screen.Show($"\e[H\e[2J{string.Join("\r\n", lines)}");
    }

    private static IReadOnlyList<string> Lines(VerbRun run, TopState state, int? width, int? height) => TopScreen.Draw(
        state,
        run.Context.Name ?? run.Context.Endpoints[0].Authority,
        width ?? 120,
        height,
        run.Command.Output.Ansi,
        run.Command.Services.Environment.Variable("TERM") == "dumb",
        run.Command.Services.Time);
}
