using System.CommandLine;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Charts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary><c>chart</c> of guests, nodes and storages: recorded figures as pictures, in the terminal or in a file.</summary>
internal static class ChartVerb
{
    private const int UsualWidth = 80;
    private const string More =
        "The figures may be named by --fields too, and --query may make others of the points, which keep their time. "
        + "With -o json, yaml and csv the points themselves are written.";
    private const string Mean = "AVERAGE";
    private static readonly string[] s_frames = ["hour", "day", "week", "month", "year", "decade"];

    /// <summary>Makes the verb for guests.</summary>
    public static Verb OfGuests(GuestKind kind)
    {
        GuestTargets targets = new(kind, takesWords: false);
        return Make(
            kind.Noun(),
            $"Show recorded figures of a {kind.One()} as charts.",
            kind.Example(),
            $"GET /nodes/{{node}}/{kind.Segment()}/{{vmid}}/rrddata",
            ["cpu", "mem", "netin", "netout"],
            targets.Argument,
            async (run, token) =>
            {
                IReadOnlyList<GuestSummary> guests = await targets.FindAsync(run, token).ConfigureAwait(false);
                return guests.Count == 1
                    ? ($"/nodes/{Uri.EscapeDataString(guests[0].Node)}/{guests[0].Type.Value}/{guests[0].Id}/rrddata", GuestKinds.Title(guests[0]))
                    : throw CliException.Usage($"The selection fits {guests.Count} guests, and one is shown at a time", "Name the one you mean");
            });
    }

    /// <summary>Makes the verb for nodes.</summary>
    public static Verb OfNodes()
    {
        Argument<string> node = new("node") { Description = "The node" };
        return Make(
            "node", "Show recorded figures of a node as charts.", "pve1", "GET /nodes/{node}/rrddata", ["cpu", "memused", "netin", "netout"], node,
            (run, _) => Task.FromResult(($"/nodes/{Uri.EscapeDataString(run.Value(node)!)}/rrddata", $"node {run.Value(node)}")));
    }

    /// <summary>Makes the verb for storages.</summary>
    public static Verb OfStorages()
    {
        Argument<string> storage = new("storage") { Description = "The storage" };
        return Make(
            "storage", "Show recorded figures of a storage as charts.", "local", "GET /nodes/{node}/storage/{storage}/rrddata", ["used", "total"], storage,
            async (run, token) =>
            {
                Endpoints.StorageNodes nodes = await Endpoints.StorageNodes.ReadAsync(run, run.Value(storage)!, token).ConfigureAwait(false);
                string node = nodes.Ready[0];
                return (
                    $"/nodes/{Uri.EscapeDataString(node)}/storage/{Uri.EscapeDataString(run.Value(storage)!)}/rrddata",
                    $"storage {run.Value(storage)} on {node}");
            });
    }

    /// <summary>Makes the verb for datastores.</summary>
    public static Verb OfDatastores()
    {
        Argument<string> store = new("store") { Description = "The datastore" };
        return Make(
            "datastore", "Show recorded figures of a datastore as charts.", "store1", "GET /admin/datastore/{store}/rrd", ["used", "total"], store,
            (run, _) =>
            {
                run.Expect(ProxmoxProduct.BackupServer);
                return Task.FromResult(($"/admin/datastore/{Uri.EscapeDataString(run.Value(store)!)}/rrd", $"datastore {run.Value(store)}"));
            });
    }

    /// <summary>Makes the verb for the node of a backup server.</summary>
    public static Verb OfBackupServer() => Make(
        "pbs node", "Show recorded figures of the node as charts.", "", "GET /nodes/{node}/rrd", ["cpu", "memused", "netin", "netout"], null,
        static (run, _) =>
        {
            run.Expect(ProxmoxProduct.BackupServer);
            return Task.FromResult(("/nodes/localhost/rrd", "node"));
        });

    private static Verb Make(
        string noun, string summary, string example, string call, string[] usual, Argument? subject,
        Func<VerbRun, CancellationToken, Task<(string Path, string Title)>> find)
    {
        Option<string> of = new("--of") { Description = $"The figures, separated by commas [default: {string.Join(',', usual)}]", HelpName = "a,b" };
        Option<string> frame = new("--timeframe") { Description = $"How far back: {string.Join(", ", s_frames)} [default: hour]", HelpName = "word" };
        frame.AcceptOnlyFromAmong(s_frames);
        Option<string> kind = new("--cf") { Description = "Whether points are averages or maxima: AVERAGE, MAX [default: AVERAGE]", HelpName = "word" };
        kind.AcceptOnlyFromAmong(Mean, "MAX");
        (Option<string> svg, Option<string> png) = (ChartWords.Svg(), ChartWords.Png());
        Option<int?> height = new("--height") { Description = "Lines of each chart [default: 8]", HelpName = "lines" };
        string line = $"{noun} chart {example}".TrimEnd();
        return new Verb("chart", summary, VerbClass.Read, async (run, token) =>
        {
            Picture picture = new(run.Value(svg), run.Value(png));
            picture.Check(run);
            return await Watching.RunAsync(run, async inner =>
            {
                (string path, string title) = await find(run, inner).ConfigureAwait(false);
                JsonElement points = await ReadAsync(run, path, run.Value(frame) ?? "hour", run.Value(kind), inner).ConfigureAwait(false);
                await ShowAsync(run, title, points, Wanted(run, run.Value(of)), usual, picture, run.Number(height, 60) ?? 8, inner).ConfigureAwait(false);
            }, token).ConfigureAwait(false);
        })
        {
            Calls = [call],
            SharesCalls = call.EndsWith("/rrd", StringComparison.Ordinal),
            Arguments = subject is null ? [] : [subject],
            Options = [of, frame, kind, svg, png, height],
            Traits = VerbTraits.Watch,
            Details = More,
            Examples =
            [
                new(line, "the last hour"),
                new($"{line} --of {usual[0]} --timeframe week --height 12", "one figure, a week, larger"),
                new($"{line} --svg chart.svg", "as a picture"),
                new($"{line} --png chart.png", "as a picture for places that show no SVG"),
            ],
        };
    }

    private static async Task<JsonElement> ReadAsync(VerbRun run, string path, string frame, string? kind, CancellationToken cancellationToken)
    {
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        ApiParameters parameters = [];
        parameters.Add("timeframe", frame);

        // Proxmox: backup servers have no default for it.
        if (kind is not null || path.EndsWith("/rrd", StringComparison.Ordinal))
        {
            parameters.Add("cf", kind ?? Mean);
        }

        return (await session.GetAsync(path, parameters, cancellationToken).ConfigureAwait(false)).Data;
    }

    private static string[]? Wanted(VerbRun run, string? of)
    {
        if (of is not null && run.Command.Output.Fields is not null)
        {
            throw CliException.Usage("Both --of and --fields name the figures", "Leave one of them out");
        }

        return of?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            ?? run.Command.Output.Fields?.Where(static field => field != "time").ToArray();
    }

    private static IReadOnlyList<ChartSeries> Choose(JsonElement points, string[]? wanted, string[] usual, bool isMade)
    {
        if (!ChartReader.IsPoints(points))
        {
            throw CliException.Usage(
                "A chart is drawn of points, each with its time as a number, and --query makes something else of them",
                "Keep the time: --query '[].{time: time, cpu: cpu}'");
        }

        IReadOnlyList<string> present = ChartReader.NamesIn(points);
        if (wanted?.FirstOrDefault(name => !present.Contains(name)) is { } unknown)
        {
            throw CliException.Usage(
                $"'{unknown}' was not recorded", present.Count == 0 ? "Nothing was recorded in this time" : $"There are: {string.Join(", ", present)}");
        }

        // A query has chosen already.
        return [.. (wanted ?? (isMade ? present : usual.Where(present.Contains))).Select(name => ChartReader.Read(points, name))];
    }

    private static async Task ShowAsync(
        VerbRun run, string title, JsonElement points, string[]? wanted, string[] usual, Picture picture, int height, CancellationToken cancellationToken)
    {
        OutputSettings output = run.Command.Output;
        if (!picture.IsWanted && output.Format is not (OutputFormat.Table or OutputFormat.Wide))
        {
            run.Write(points, new ResultShape { LeadingFields = ["time"], Renderers = Units.Of("/rrddata") });
            return;
        }

        JsonElement made = output.Query is { } query ? query.Apply(points) : points;
        IReadOnlyList<ChartSeries> series = Choose(made, wanted, usual, output.Query is not null);
        if (picture.IsWanted)
        {
            await picture.SaveAsync(run, title, series, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (series.Count == 0)
        {
            run.Note("Nothing was recorded in this time.");
        }

        bool plain = run.Command.Services.Environment.Variable("TERM") == "dumb";
        TextWriter writer = run.Command.Services.Console.Out;
        foreach (ChartSeries one in series)
        {
            foreach (string line in BrailleChart.Draw(one, output.Width ?? UsualWidth, height, plain))
            {
                await writer.WriteLineAsync(line.AsMemory(), cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
