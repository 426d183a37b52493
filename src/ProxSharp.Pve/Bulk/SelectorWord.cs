using System.IO.Enumeration;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Bulk;

/// <summary>One word of a selection that chooses guests or takes them out. Pure.</summary>
/// <param name="Text">The word as it was written.</param>
/// <param name="IsExact">True if it means one guest: a number, or a name without wildcards.</param>
/// <param name="Fits">Tells whether it means a guest, with or without regard to case.</param>
internal sealed record SelectorWord(string Text, bool IsExact, Func<GuestSummary, LetterCase, bool> Fits)
{
    /// <summary>True if it goes by the names of guests.</summary>
    public bool IsName { get; init; }

    /// <summary>True if the text holds wildcards.</summary>
    public static bool IsPattern(string text) => text.AsSpan().IndexOfAny('*', '?') >= 0;

    /// <summary>Compares a text with a pattern.</summary>
    public static bool Matches(string pattern, string? text, LetterCase letters) =>
        text is not null && FileSystemName.MatchesSimpleExpression(pattern, text, letters == LetterCase.Any);
}
