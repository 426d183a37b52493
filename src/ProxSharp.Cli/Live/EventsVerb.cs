using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Live;

/// <summary><c>prox events</c>: what happens in the cluster, as it happens.</summary>
internal static class EventsVerb
{
    /// <summary>Makes the verb.</summary>
    public static Verb Make()
    {
        Option<int?> interval = new("--interval") { Description = "How often to look [default: 2]", HelpName = "seconds" };
        Option<int?> count = new("--count") { Description = "End after so many events", HelpName = "n" };
        Option<string> kind = new("--kind") { Description = "Only events whose kind begins with this, for example task or guest.status", HelpName = "word" };
        return new Verb("events", "Print what happens in the cluster: tasks that start and end, guests, nodes and storages that change.", VerbClass.Read,
            (run, token) => OutputLoop.RunAsync(
                run.Command.Services.Console, end => RunAsync(run, run.Number(interval, 3600) ?? 2, run.Number(count), run.Value(kind), end), token))
        {
            Calls = ["GET /cluster/resources", "GET /cluster/tasks"],
            Options = [interval, count, kind],
            Details =
                "Runs until Ctrl-C. With -o jsonl or json each event is an object on a line: time, kind, subject, text and the "
                + "members that go with it; the time is that of the look. Kinds are task.started and task.ended, and for guest, node, storage and what else the cluster lists "
                + "created, gone and what changed, as in guest.status, guest.node, guest.lock, guest.tags and node.status. What happens and is undone between two looks is not seen. A server that does not answer for a "
                + "while is waited for; what happened meanwhile is told then, tasks in the order in which they began and ended.",
            Examples =
            [
                new("events", "what happens in the cluster, until Ctrl-C"),
                new("events -o jsonl --kind task.ended", "tasks that end, for a program"),
                new("events --kind guest.status --count 1", "wait until a guest starts or stops"),
            ],
        };
    }

    private static async Task<int> RunAsync(VerbRun run, int interval, int? count, string? kind, CancellationToken cancellationToken)
    {
        run.Expect(ProxmoxProduct.VirtualEnvironment);
        run.Command.RefuseChoices("Events come one by one as they are", "Choose with --kind, or put -o jsonl through jq");
        if (run.Command.Output.Format is OutputFormat.Yaml or OutputFormat.Csv or OutputFormat.Tsv or OutputFormat.Name)
        {
            throw CliException.Usage("Events come one by one, each with members of its own", "Use -o jsonl, which has an event on each line, or leave -o out");
        }

        ClusterWatch.CheckKind(kind);
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        TimeProvider time = run.Command.Services.Time;
        RepeatedReading reading = new(time, TimeSpan.FromSeconds(interval));
        OutageText outages = new(run.Command);
        ClusterWatch watch = new();
        int seen = 0;
        while (true)
        {
            ClusterLook look = default;
            bool isRead = await reading.TryAsync(
                async () => look = await ClusterLook.TakeAsync(session, cancellationToken).ConfigureAwait(false), outages.Tell).ConfigureAwait(false);
            outages.Tell(reading.Outage);
            foreach (Change change in isRead ? Changes(watch, look, kind) : [])
            {
                Write(run, change);
                if (++seen >= count)
                {
                    return ExitCodes.Success;
                }
            }

            await run.Command.Services.Console.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(reading.Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IEnumerable<Change> Changes(ClusterWatch watch, ClusterLook look, string? kind) => watch.Tasks(look.Tasks)
        .Concat(watch.Resources(look.Resources))
        .Where(change => kind is null || change.Kind.StartsWith(kind, StringComparison.Ordinal));

    private static void Write(VerbRun run, Change change)
    {
        TextWriter writer = run.Command.Services.Console.Out;
        string time = run.Command.Services.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        if (run.Command.Output.Format is OutputFormat.Table or OutputFormat.Wide)
        {
            writer.WriteLine($"{run.Command.Output.Ansi.Dim(time)}  {change.Kind.PadRight(14)}  {TextCells.Visible(change.Text)}");
            return;
        }

        writer.WriteLine(JsonText.Compact(JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("time", time);
            json.WriteString("kind", change.Kind);
            json.WriteString("subject", change.Subject);
            json.WriteString("text", change.Text);
            foreach ((string name, JsonElement value) in change.Details)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteEndObject();
        })));
    }
}
