using System.Globalization;

namespace ProxSharp.Mcp.Tools;

/// <summary>Some of many lines: as many as fit into an answer, and at least one.</summary>
internal sealed class LinePage
{
    /// <summary>How many characters an answer shows of a long text.</summary>
    public const int Length = 4000;

    /// <param name="all">All lines.</param>
    /// <param name="offset">The first one, counted from 0.</param>
    /// <param name="safe">Makes a line fit to be shown.</param>
    public LinePage(IReadOnlyList<string> all, int offset, Func<string, string> safe)
    {
        (First, Total) = (Math.Min(offset, all.Count), all.Count);
        List<string> lines = [];
        int length = 0;
        foreach (string line in all.Skip(First).Select(safe))
        {
            length += line.Length + 1;
            if (length > Length && lines.Count > 0)
            {
                break;
            }

            lines.Add(line);
        }

        Lines = lines;
    }

    /// <summary>The lines.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>The number of the first, from 0.</summary>
    public int First { get; }

    /// <summary>How many there are.</summary>
    public int Total { get; }

    /// <summary>The first that is left out behind them; null if none is.</summary>
    public int? Next => First + Lines.Count < Total ? First + Lines.Count : null;

    /// <summary>True if lines are left out, before or behind.</summary>
    public bool IsPart => First > 0 || Next is not null;

    /// <summary>Which they are: <c>lines 0 to 40 of 200; go on with offset 40</c>.</summary>
    public string Where => string.Create(
        CultureInfo.InvariantCulture, $"lines {First} to {First + Lines.Count} of {Total}{(Next is { } next ? $"; go on with offset {next}" : "")}");
}
