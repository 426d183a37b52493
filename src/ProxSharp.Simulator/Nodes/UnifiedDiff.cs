using System.Globalization;
using System.Text;

namespace ProxSharp.Simulator.Nodes;

/// <summary>Compares two short texts line by line and writes the differences as <c>diff -u</c> does.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>Writes the hunks; empty if the texts are equal.</summary>
    public static string Hunks(string before, string after)
    {
        List<Edit> edits = Compare(Split(before), Split(after));
        StringBuilder text = new();
        int index = 0;
        while ((index = edits.FindIndex(index, static edit => edit.Mark != ' ')) >= 0)
        {
            int start = Math.Max(0, index - Context);
            int end = index;
            for (int next = index; next >= 0 && next - end <= 2 * Context; next = edits.FindIndex(end, static edit => edit.Mark != ' '))
            {
                end = next + 1;
                if (end >= edits.Count)
                {
                    break;
                }
            }

            int stop = Math.Min(edits.Count, end + Context);
            AppendHunk(text, edits, start, stop);
            index = stop;
            if (index >= edits.Count)
            {
                break;
            }
        }

        return text.ToString();
    }

    private static string[] Split(string text) => text.Length == 0 ? [] : (text.EndsWith('\n') ? text[..^1] : text).Split('\n');

    private static void AppendHunk(StringBuilder text, List<Edit> edits, int start, int stop)
    {
        int oldStart = edits.Take(start).Count(static edit => edit.Mark != '+') + 1;
        int newStart = edits.Take(start).Count(static edit => edit.Mark != '-') + 1;
        List<Edit> hunk = edits[start..stop];
        int oldCount = hunk.Count(static edit => edit.Mark != '+');
        int newCount = hunk.Count(static edit => edit.Mark != '-');
        text.Append(CultureInfo.InvariantCulture, $"@@ -{Span(oldStart, oldCount)} +{Span(newStart, newCount)} @@\n");
        foreach ((char mark, string line) in hunk)
        {
            text.Append(mark).Append(line).Append('\n');
        }
    }

    private static string Span(int start, int count) => count switch
    {
        1 => start.ToString(CultureInfo.InvariantCulture),
        0 => string.Create(CultureInfo.InvariantCulture, $"{start - 1},0"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{start},{count}"),
    };

    /// <summary>The shortest way from one text to the other, by the longest common subsequence.</summary>
    private static List<Edit> Compare(string[] before, string[] after)
    {
        int[,] common = new int[before.Length + 1, after.Length + 1];
        for (int i = before.Length - 1; i >= 0; i--)
        {
            for (int j = after.Length - 1; j >= 0; j--)
            {
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        List<Edit> edits = [];
        int left = 0;
        int right = 0;
        while (left < before.Length || right < after.Length)
        {
            if (left < before.Length && right < after.Length && before[left] == after[right])
            {
                edits.Add(new Edit(' ', before[left++]));
                right++;
            }
            else if (left < before.Length && (right == after.Length || common[left + 1, right] >= common[left, right + 1]))
            {
                edits.Add(new Edit('-', before[left++]));
            }
            else
            {
                edits.Add(new Edit('+', after[right++]));
            }
        }

        return edits;
    }

    private sealed record Edit(char Mark, string Line);
}
