using System.Globalization;
using System.Text;
using ProxSharp.Operations.Text;
using Spectre.Console.Rendering;

namespace ProxSharp.Cli.Terminal;

/// <summary>Measures and shapes text for columns: wide characters take two cells, and what is not seen must never reach a terminal.</summary>
internal static class TextCells
{
    private const string Ellipsis = "...";

    /// <summary>Returns the number of terminal cells a text takes.</summary>
    public static int Width(string text) => IsPlainAscii(text) ? text.Length : Segment.CellCount([new Segment(text)]);

    /// <summary>
    /// Replaces characters that are not seen by visible escapes. Names, notes and logs are written by others: an escape sequence in them could
    /// otherwise rewrite what the terminal shows, and other characters tell a program what nobody sees.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="keepBreaks">True to leave line breaks and tabs as they are.</param>
    public static string Visible(string text, bool keepBreaks = false)
    {
        if (IsPlainAscii(text))
        {
            return text;
        }

        StringBuilder visible = new(text.Length + 8);
        Rune before = default;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool isUnseen = UntrustedText.IsUnseen(rune, before);
            before = isUnseen ? default : rune;
            _ = rune.Value switch
            {
                '\n' or '\r' or '\t' when keepBreaks => visible.Append((char)rune.Value),
                '\n' => visible.Append("\\n"),
                '\r' => visible.Append("\\r"),
                '\t' => visible.Append("\\t"),
                _ => visible.Append(isUnseen ? Escape(rune) : rune.ToString()),
            };
        }

        return visible.ToString();
    }

    /// <summary>A line of a log: tabs set its columns apart.</summary>
    public static string LogLine(string line) => Visible(line.Replace('\t', ' '));

    /// <summary>True if a text holds characters that are not seen, other than line feeds.</summary>
    public static bool HoldsUnseen(string text) =>
        !IsPlainAscii(text) && text.EnumerateRunes().Any(static rune => rune.Value != '\n' && UntrustedText.IsUnseen(rune));

    /// <summary>The escape of a character in JSON.</summary>
    public static string Escape(Rune rune) =>
        string.Concat(rune.ToString().Select(static c => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}")));

    /// <summary>Cuts a text to a number of cells and marks the cut.</summary>
    public static string Cut(string text, int cells)
    {
        if (Width(text) <= cells)
        {
            return text;
        }

        // Of a few cells one dot is all that can be spared.
        string mark = cells > Ellipsis.Length + 1 ? Ellipsis : cells > 1 ? "." : "";
        return Head(text, cells - mark.Length) + mark;
    }

    /// <summary>Fills a text with spaces up to a number of cells.</summary>
    public static string Pad(string text, int cells, bool right)
    {
        string fill = new(' ', Math.Max(0, cells - Width(text)));
        return right ? fill + text : text + fill;
    }

    /// <summary>Breaks a text into lines of at most a number of cells, at spaces.</summary>
    public static IEnumerable<string> Wrap(string text, int cells)
    {
        foreach (string paragraph in text.Split('\n'))
        {
            StringBuilder line = new();
            foreach (string word in paragraph.Split(' '))
            {
                if (line.Length > 0 && Width(line.ToString()) + 1 + Width(word) > cells)
                {
                    yield return line.ToString();
                    line.Clear();
                }

                line.Append(line.Length > 0 ? " " : "").Append(word);
            }

            yield return line.ToString();
        }
    }

    /// <summary>Breaks a path into lines of at most a number of cells, behind slashes where that is possible; further lines are indented.</summary>
    public static IEnumerable<string> Fold(string path, int cells)
    {
        const string Indent = "  ";
        string line = "";
        for (int start = 0; start < path.Length;)
        {
            int slash = path.IndexOf('/', start == 0 ? 1 : start);
            int end = slash < 0 ? path.Length : slash + 1;
            string piece = path[start..end];
            start = end;
            if (line.Trim().Length > 0 && Width(line + piece) > cells)
            {
                yield return line;
                line = Indent;
            }

            line += piece;
            while (Width(line) > cells)
            {
                string head = Head(line, Math.Max(cells, Indent.Length + 2));
                yield return head;
                line = Indent + line[head.Length..];
            }
        }

        yield return line;
    }

    private static string Head(string text, int cells)
    {
        StringBuilder kept = new();
        int used = 0;

        // A sign that is made of several (a family, a letter with its accent) is kept or left out as a whole.
        TextElementEnumerator signs = StringInfo.GetTextElementEnumerator(text);
        while (signs.MoveNext())
        {
            string piece = signs.GetTextElement();
            used += Width(piece);
            if (used > cells)
            {
                break;
            }

            kept.Append(piece);
        }

        return kept.ToString();
    }

    private static bool IsPlainAscii(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
