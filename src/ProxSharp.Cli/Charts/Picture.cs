using System.Text;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Charts;

/// <summary>The files in which charts are wanted.</summary>
/// <param name="svg">That in the SVG format; null for none, <c>-</c> for standard output.</param>
/// <param name="png">That in the PNG format; null for none, <c>-</c> for standard output.</param>
internal sealed class Picture(string? svg, string? png)
{
    /// <summary>True if one is wanted.</summary>
    public bool IsWanted => svg is not null || png is not null;

    /// <summary>Looks whether files are named after what they get, and whether standard output can take what it is to take.</summary>
    /// <exception cref="CliException">They are not, or it cannot.</exception>
    public void Check(VerbRun run)
    {
        CheckName("--svg", svg);
        CheckName("--png", png);
        if (svg != ChartWords.Output && png != ChartWords.Output)
        {
            return;
        }

        string option = png == ChartWords.Output ? "--png" : "--svg";
        if (svg == png)
        {
            throw CliException.Usage("Only one picture can go to standard output", "Name a file for the other: --svg chart.svg");
        }

        if (run.IsGiven(run.Standard.Watch))
        {
            throw CliException.Usage($"{option} - writes one picture, and --watch one after the other", "Leave --watch out, or name a file");
        }

        if (option == "--png" && run.Command.Services.Console.IsOutputTerminal)
        {
            throw CliException.Usage("A terminal shows no picture in the PNG format", "Name a file, or send it on: --png - > chart.png");
        }
    }

    /// <summary>Writes them.</summary>
    /// <param name="run">The run.</param>
    /// <param name="title">What is shown.</param>
    /// <param name="series">The figures.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task SaveAsync(VerbRun run, string title, IReadOnlyList<ChartSeries> series, CancellationToken cancellationToken)
    {
        await SaveAsync(run, svg, () => Encoding.UTF8.GetBytes(SvgChart.Draw(title, series)), cancellationToken).ConfigureAwait(false);
        await SaveAsync(run, png, () => PngChart.Draw(title, series), cancellationToken).ConfigureAwait(false);
    }

    // A name without an ending, or with one of one's own as in chart.tmp, says nothing about the format; that of another picture says something wrong.
    private static void CheckName(string option, string? name)
    {
        string ending = Path.GetExtension(name ?? "").ToLowerInvariant();
        if (ending != $".{option[2..]}" && ending is ".png" or ".svg" or ".jpg" or ".jpeg" or ".gif" or ".webp" or ".pdf" or ".bmp" or ".tif" or ".tiff")
        {
            string other = ending is ".png" or ".svg" ? $"write --{ending[1..]} {name}" : "there are --png FILE.png and --svg FILE.svg, and no other formats";
            throw CliException.Usage($"{option} writes a picture in the {option[2..].ToUpperInvariant()} format, and '{name}' is no name for one",
                $"Name a file that ends in .{option[2..]}; {other}");
        }
    }

    private static async Task SaveAsync(VerbRun run, string? name, Func<byte[]> draw, CancellationToken cancellationToken)
    {
        if (name is null)
        {
            return;
        }

        if (name == ChartWords.Output)
        {
            Stream output = run.Command.Services.Console.OpenOutput();
            await using (output.ConfigureAwait(false))
            {
                await output.WriteAsync(draw(), cancellationToken).ConfigureAwait(false);
                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        string file = run.Command.Services.Environment.AbsolutePath(name);
        await File.WriteAllBytesAsync(file, draw(), cancellationToken).ConfigureAwait(false);
        run.Note($"The picture is in {file}.");
    }
}
