using System.Text;

namespace ProxSharp.Cli.Verbs;

/// <summary>
/// Tables of words that stand in the program as one text: a row on each line, its cells between bars; a line that is set in belongs to the one before. They
/// are read when they are first needed. Built by code, cell by cell, they would take several times the room.
/// </summary>
internal static class TextTable
{
    /// <summary>The cells of the rows, without the spaces around them.</summary>
    /// <param name="table">The table.</param>
    public static string[][] Rows(ReadOnlySpan<byte> table) => Array.ConvertAll(Lines(table), static row => row.Split('|', StringSplitOptions.TrimEntries));

    /// <summary>A table of two columns as a look-up, with regard to case.</summary>
    /// <param name="table">The table.</param>
    public static Dictionary<string, string> Pairs(ReadOnlySpan<byte> table) => Rows(table).ToDictionary(static row => row[0], static row => row[1], StringComparer.Ordinal);

    /// <summary>The lines.</summary>
    /// <param name="table">The table.</param>
    public static string[] Lines(ReadOnlySpan<byte> table) => Encoding.UTF8.GetString(table).Replace("\n  ", " ", StringComparison.Ordinal).Split('\n');
}
