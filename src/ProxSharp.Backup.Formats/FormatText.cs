namespace ProxSharp.Backup.Formats;

/// <summary>How the texts of this library complain.</summary>
internal static class FormatText
{
    private const int LongestShown = 60;

    /// <summary>Says what was read and what was expected.</summary>
    public static FormatException Malformed(string? text, string kind, string expected) => new(
        text is null ? $"There is no text to read a {kind} from." : $"'{Shorten(text)}' is no {kind}: {expected}.");

    /// <summary>Copies a text if there is room for all of it.</summary>
    public static bool TryCopy(string text, Span<char> destination, out int charsWritten)
    {
        charsWritten = text.TryCopyTo(destination) ? text.Length : 0;
        return charsWritten == text.Length;
    }

    private static string Shorten(string text) => text.Length <= LongestShown ? text : string.Concat(text.AsSpan(0, LongestShown), "...");
}
