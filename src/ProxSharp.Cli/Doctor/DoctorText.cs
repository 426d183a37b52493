using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Doctor;

/// <summary>Writes findings for people: a mark, what was found, and below it what to do.</summary>
internal static class DoctorText
{
    private const int WidestText = 110;

    /// <summary>Writes one, as soon as it is known: a server that does not answer keeps nobody from reading what was found before.</summary>
    public static void Write(VerbRun run, Finding finding)
    {
        TextWriter writer = run.Command.Services.Console.Out;
        Ansi ansi = run.Command.Output.Ansi;
        int width = Math.Clamp(run.Command.Output.Width ?? WidestText, 40, WidestText);
        string mark = finding.State switch
        {
            FindingState.Ok => ansi.Green("ok  "),
            FindingState.Info => "note",
            FindingState.Warning => ansi.Yellow("warn"),
            _ => ansi.Red("FAIL"),
        };
        string lead = $"{mark}  {finding.Area,-11} ";
        foreach (string line in TextCells.Wrap(TextCells.Visible(finding.Text), width - 18))
        {
            writer.WriteLine($"{lead}{line}".TrimEnd());
            lead = new string(' ', 18);
        }

        // A command to copy stays in one piece.
        if (finding.Fix.Length > 0)
        {
            writer.WriteLine($"{new string(' ', 18)}{ansi.Bold("->")} {TextCells.Visible(finding.Fix)}");
        }

        writer.Flush();
    }
}
