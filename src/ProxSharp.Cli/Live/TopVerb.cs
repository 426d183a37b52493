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
    private const int UsualHeight = 24;

    private static readonly TimeSpan s_keys = TimeSpan.FromMilliseconds(100);

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
                + "What the server does not tell, for want of a privilege or of an answer of the node, is shown as -.",
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
        if (isForProgram || once || !console.IsOutputTerminal || !console.IsInputTerminal)
        {
            await LookAsync(session, state, cancellationToken).ConfigureAwait(false);
            await WriteAsync(run, state, isForProgram, cancellationToken).ConfigureAwait(false);
            return ExitCodes.Success;
        }

        // The other screen of the terminal: what was there before comes back at the end.
        console.Out.Write("\e[?1049h\e[?25l");
        try
        {
            while (!state.IsOver)
            {
                await LookAsync(session, state, cancellationToken).ConfigureAwait(false);
                Draw(run, state);
                await KeysAsync(run, state, TimeSpan.FromSeconds(interval), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            console.Out.Write("\e[?25h\e[?1049l");
            console.Out.Flush();
        }

        return ExitCodes.Success;
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
        JsonElement resources = (await session.GetAsync("/cluster/resources", null, cancellationToken).ConfigureAwait(false)).Data;
        JsonElement tasks = (await session.GetAsync("/cluster/tasks", null, cancellationToken).ConfigureAwait(false)).Data;
        state.Take(resources, tasks);
    }

    private static async Task KeysAsync(VerbRun run, TopState state, TimeSpan interval, CancellationToken cancellationToken)
    {
        long start = run.Command.Services.Time.GetTimestamp();
        while (!state.IsOver && run.Command.Services.Time.GetElapsedTime(start) < interval)
        {
            if (run.Command.Services.Console.TryReadKey() is { } key)
            {
                if (state.Press(key.KeyChar, key.Key) && !state.IsOver)
                {
                    Draw(run, state);
                }

                continue;
            }

            await Task.Delay(s_keys, run.Command.Services.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Draw(VerbRun run, TopState state)
    {
        IConsoleHost console = run.Command.Services.Console;
        console.Out.Write("\e[H\e[2J");
        // The size is asked for each time: the terminal's window may have been resized.
        console.Out.Write(string.Join("\r\n", Lines(run, state, console.Width ?? run.Command.Output.Width, console.Height ?? UsualHeight)));
        console.Out.Flush();
    }

    private static IReadOnlyList<string> Lines(VerbRun run, TopState state, int? width, int? height) => TopScreen.Draw(
        state,
        run.Context.Name ?? run.Context.Endpoints[0].Authority,
        width ?? 120,
        height,
        run.Command.Output.Ansi,
        run.Command.Services.Environment.Variable("TERM") == "dumb");
}
