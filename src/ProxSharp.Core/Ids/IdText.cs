namespace ProxSharp.Ids;

/// <summary>What all ids share: how they complain and how they print.</summary>
internal static class IdText
{
    private const int LongestShown = 60;

    /// <summary>Says what was read and what was expected.</summary>
    public static FormatException Malformed(string? text, string kind, string expected) => new(
        text is null ? $"There is no text to read a {kind} from."
            : text.Length == 0 ? $"An empty text is no {kind}: {expected}."
            : $"'{Shorten(text)}' is no {kind}: {expected}.");

    /// <summary>Copies a text if there is room for all of it.</summary>
    public static bool TryCopy(string text, Span<char> destination, out int charsWritten)
    {
        charsWritten = text.TryCopyTo(destination) ? text.Length : 0;
        return charsWritten == text.Length;
    }

    private static string Shorten(string text) => text.Length <= LongestShown ? text : string.Concat(text.AsSpan(0, LongestShown), "...");
}
