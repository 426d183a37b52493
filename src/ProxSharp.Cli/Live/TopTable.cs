using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Live;

/// <summary>A column of the live view.</summary>
/// <param name="Title">What stands above it.</param>
/// <param name="Width">Its cells.</param>
/// <param name="Rank">0 if it always stays; of the others those with the highest rank are left out first.</param>
/// <param name="Text">What stands in it.</param>
internal sealed record TopColumn<T>(string Title, int Width, int Rank, Func<T, string> Text)
{
    /// <summary>True for numbers, which stand at the right.</summary>
    public bool IsRight { get; init; }

    /// <summary>The fewest cells it is given before a column is left out for it; the width unless told.</summary>
    public int Least { get; init; } = Width;
}

/// <summary>Columns side by side, as many as fit: the less important ones are left out, so that none is cut.</summary>
internal sealed class TopTable<T>
{
    private const string UsualGap = "  ";
    private const string NarrowGap = " ";

    // With fewer cells a name, and what stands above it, says nothing.
    private const int LeastOfAName = 4;

    private readonly IReadOnlyList<ChosenColumn> _columns;
    private readonly int _width;
    private readonly string _gap = UsualGap;

    /// <summary>Chooses the columns.</summary>
    /// <param name="width">The cells there are.</param>
    /// <param name="columns">All of them, from left to right.</param>
    public TopTable(int width, params IReadOnlyList<TopColumn<T>> columns)
    {
        _width = width;
        List<TopColumn<T>> kept = [.. columns];
        while (Spare(kept) < 0 && kept.MaxBy(static column => column.Rank) is { Rank: > 0 } lesser)
        {
            kept.Remove(lesser);
        }

        // Before names are cut to a letter or two, space between the columns is saved, then figures are left out.
        int least = kept.Sum(static column => IsFixed(column) ? column.Width : LeastOfAName);
        _gap = Spare(kept) < 0 ? NarrowGap : UsualGap;
        while (kept.Count > 1 && _width < least + (_gap.Length * (kept.Count - 1)) && kept.FindLast(IsFixed) is { } last)
        {
            kept.Remove(last);
            least -= last.Width;
        }

        // What is left over, or missing in a very narrow terminal, is for the columns that can be of more than one width.
        int spare = Spare(kept);
        List<ChosenColumn> chosen = [];
        foreach (TopColumn<T> column in kept)
        {
            int given = IsFixed(column) ? column.Width : Math.Clamp(column.Least + spare, 1, column.Width);
            spare -= given - column.Least;
            chosen.Add(new ChosenColumn(column, given));
        }

        _columns = chosen;
    }

    /// <summary>The line with the titles.</summary>
    public string Head => Line(static column => column.Title);

    /// <summary>The line of an item.</summary>
    public string Row(T item) => Line(column => TextCells.Visible(column.Text(item)));

    private string Line(Func<TopColumn<T>, string> text) => TextCells.Cut(
        string.Join(_gap, _columns.Select(one => TextCells.Pad(TextCells.Cut(text(one.Column), one.Width), one.Width, one.Column.IsRight))).TrimEnd(), _width);

    private int Spare(List<TopColumn<T>> columns) => _width - columns.Sum(static column => column.Least) - (_gap.Length * (columns.Count - 1));

    private static bool IsFixed(TopColumn<T> column) => column.Least == column.Width;

    private sealed record ChosenColumn(TopColumn<T> Column, int Width);
}
