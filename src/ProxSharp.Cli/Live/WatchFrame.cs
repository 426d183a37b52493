using System.Globalization;
using System.Text;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Live;

/// <summary>Cuts a text to the size of a terminal: what does not fit is counted, and the beginning stays.</summary>
internal static class WatchFrame
{
    private const char Escape = '\e';

    /// <summary>Returns the lines of the terminal, none wider and not more than it has.</summary>
    /// <param name="text">What is to be shown.</param>
    /// <param name="width">The columns.</param>
    /// <param name="height">The lines.</param>
    /// <param name="stale">The line that says the text is old; null if it is not.</param>
    /// <param name="ansi">Colours.</param>
    /// <param name="plain">True for plain characters only.</param>
    public static IReadOnlyList<string> Cut(string text, int width, int height, string? stale, Ansi ansi, bool plain)
    {
        List<string> rows = [.. text.TrimEnd('\n').Split('\n').SelectMany(line => Rows(line, width))];
        int room = height - (stale is null ? 0 : 1);
        List<string> frame = rows;
        if (rows.Count > room)
        {
            int kept = Math.Max(0, room - 1);
            string more = string.Create(
                CultureInfo.InvariantCulture, $"{(plain ? "..." : "\u2026")} and {rows.Count - kept} more {(rows.Count - kept == 1 ? "line" : "lines")}");
            frame = [.. rows.Take(kept), Reset(ansi) + ansi.Dim(TextCells.Cut(more, width))];
        }

        if (stale is not null)
        {
            frame.Add(Reset(ansi) + ansi.Yellow(TextCells.Cut(stale, width)));
        }

        return frame.Count > height ? [.. frame.TakeLast(height)] : frame;
    }

    // A colour that begins in a line may end in one that is left out.
    private static string Reset(Ansi ansi) => ansi.IsEnabled ? "\e[0m" : "";

    private static IEnumerable<string> Rows(string line, int width)
    {
        if (line.Length <= width && TextCells.Width(line) <= width)
        {
            yield return line;
            yield break;
        }

        StringBuilder row = new();
        int used = 0;
        for (int at = 0; at < line.Length;)
        {
            bool isEscape = line[at] == Escape;
            string sign = line.Substring(at, isEscape ? EscapeLength(line, at) : StringInfo.GetNextTextElementLength(line, at));
            int cells = isEscape ? 0 : TextCells.Width(sign);
            if (used > 0 && used + cells > width)
            {
                yield return row.ToString();
                row.Clear();
                used = 0;
            }

            row.Append(sign);
            used += cells;
            at += sign.Length;
        }

        yield return row.ToString();
    }

    // The only sequences in results are the colours of the tool itself; all others have been made visible.
    private static int EscapeLength(string line, int at) => line.IndexOf('m', at) is >= 0 and int end ? end - at + 1 : line.Length - at;
}
