using System.Buffers;

namespace ProxSharp.Cli.Contexts;

/// <summary>Reads tags of guests as people write them: several in one text, with commas, semicolons and blanks between them.</summary>
internal static class TagNames
{
    /// <summary>What a tag looks like, for messages.</summary>
    public const string Form = "A tag has letters, digits, '_', '-', '+' and '.', and starts with a letter, a digit or '_'";

    private static readonly SearchValues<char> s_signs =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+.");

    /// <summary>Takes texts apart, each into its tags; nothing is left of a text without any.</summary>
    public static IReadOnlyList<string> Split(IEnumerable<string> texts) =>
    [
        .. texts.SelectMany(static text => text.Split((char[])[',', ';', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Distinct(StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>True if a guest can have a tag of this name.</summary>
    public static bool IsTag(string text) => text.Length > 0 && text[0] is not ('-' or '+' or '.') && !text.AsSpan().ContainsAnyExcept(s_signs);
}
