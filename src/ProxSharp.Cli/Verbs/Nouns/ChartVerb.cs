using System.CommandLine;
using System.Text;
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
    private static readonly string[] s_frames = ["hour", "day", "week", "month", "year"];

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

    private static Verb Make(
        string noun,
        string summary,
        string example,
        string call,
        string[] usual,
        Argument subject,
        Func<VerbRun, CancellationToken, Task<(string Path, string Title)>> find)
    {
        Option<string> of = new("--of") { Description = $"The figures, separated by commas [default: {string.Join(',', usual)}]", HelpName = "a,b" };
        Option<string> frame = new("--timeframe") { Description = $"How far back: {string.Join(", ", s_frames)} [default: hour]", HelpName = "word" };
        frame.AcceptOnlyFromAmong(s_frames);
        Option<string> svg = new("--svg") { Description = "Write a picture in the SVG format to this file instead", HelpName = "file" };
        Option<string> png = new("--png") { Description = "Write a picture in the PNG format to this file instead", HelpName = "file" };
        Option<int?> height = new("--height") { Description = "Lines of each chart [default: 8]", HelpName = "lines" };
        return new Verb("chart", summary, VerbClass.Read, (run, token) => Watching.RunAsync(run, async inner =>
        {
            (string path, string title) = await find(run, inner).ConfigureAwait(false);
            JsonElement points = await ReadAsync(run, path, run.Value(frame) ?? "hour", inner).ConfigureAwait(false);
            string[]? wanted = run.Value(of)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            await ShowAsync(run, title, points, Choose(points, wanted, usual), new Files(run.Value(svg), run.Value(png)), run.Number(height, 60) ?? 8, inner)
                .ConfigureAwait(false);
        }, token))
        {
            Calls = [call],
            Arguments = [subject],
            Options = [of, frame, svg, png, height],
            Traits = VerbTraits.Watch,
            Details = "With -o json, yaml and csv the points themselves are written.",
            Examples =
            [
                new($"{noun} chart {example}", "the last hour"),
                new($"{noun} chart {example} --of {usual[0]} --timeframe week --height 12", "one figure, a week, larger"),
                new($"{noun} chart {example} --svg chart.svg", "as a picture"),
                new($"{noun} chart {example} --png chart.png", "as a picture for places that show no SVG"),
            ],
        };
    }

    private static async Task<JsonElement> ReadAsync(VerbRun run, string path, string frame, CancellationToken cancellationToken)
    {
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        ApiParameters parameters = [];
        parameters.Add("timeframe", frame);
        return (await session.GetAsync(path, parameters, cancellationToken).ConfigureAwait(false)).Data;
    }

    private static IReadOnlyList<ChartSeries> Choose(JsonElement points, string[]? wanted, string[] usual)
    {
        IReadOnlyList<string> present = ChartReader.NamesIn(points);
        if (wanted?.FirstOrDefault(name => !present.Contains(name)) is { } unknown)
        {
            throw CliException.Usage(
                $"'{unknown}' was not recorded", present.Count == 0 ? "Nothing was recorded in this time" : $"There are: {string.Join(", ", present)}");
        }

        return [.. (wanted ?? usual.Where(present.Contains)).Select(name => ChartReader.Read(points, name))];
    }

    private static async Task ShowAsync(
        VerbRun run, string title, JsonElement points, IReadOnlyList<ChartSeries> series, Files files, int height, CancellationToken cancellationToken)
    {
        if (files.Svg is not null || files.Png is not null)
        {
            await SaveAsync(run, files.Svg, () => Encoding.UTF8.GetBytes(SvgChart.Draw(title, series)), cancellationToken).ConfigureAwait(false);
            await SaveAsync(run, files.Png, () => PngChart.Draw(title, series), cancellationToken).ConfigureAwait(false);
            return;
        }

        if (run.Command.Output.Format is not (OutputFormat.Table or OutputFormat.Wide))
        {
            run.Write(points, new ResultShape { LeadingFields = ["time"], Renderers = Units.Of("/rrddata") });
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
            foreach (string line in BrailleChart.Draw(one, run.Command.Output.Width ?? UsualWidth, height, plain))
            {
                await writer.WriteLineAsync(line.AsMemory(), cancellationToken).ConfigureAwait(false);
            }
        }
    }
    private static async Task SaveAsync(VerbRun run, string? name, Func<byte[]> draw, CancellationToken cancellationToken)
    {
        if (name is not null)
        {
            string file = run.Command.Services.Environment.AbsolutePath(name);
            await File.WriteAllBytesAsync(file, draw(), cancellationToken).ConfigureAwait(false);
            run.Note($"The picture is in {file}.");
        }
    }

    private sealed record Files(string? Svg, string? Png);
}
