using System.Globalization;
using System.Text;

namespace ProxSharp.Validation;

/// <summary>Tells characters that readers do not see; what shows texts and what writes names use one rule.</summary>
internal static class UnseenCharacters
{
    private const int NonJoiner = 0x200C;
    private const int Joiner = 0x200D;
    private const int EmojiMark = 0xFE0F;

    /// <summary>
    /// True for characters in which a text can hold what its readers do not see: control characters, those without a width or a shape, those that turn the
    /// direction of text, and those that have no agreed meaning.
    /// </summary>
    /// <param name="character">The character.</param>
    /// <param name="before">
    /// The one before it, if that is seen. Behind a symbol the mark of an emoji is one with it, and between letters of Arabic and Indic scripts joiners
    /// decide what they look like. Default: none.
    /// </param>
    public static bool Contains(Rune character, Rune before = default) => character.Value switch
    {
        >= ' ' and <= '~' => false,
        EmojiMark => Rune.GetUnicodeCategory(before) != UnicodeCategory.OtherSymbol,
        Joiner => !(IsOfEmoji(before) || IsJoined(before)),
        NonJoiner => !IsJoined(before),

        // Fillers, blanks, variation selectors, and the plane of tags: to Unicode these are letters, marks and symbols, or not assigned.
        0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2065 or 0x2800 or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0
            or (>= 0xFFF0 and <= 0xFFFC) or 0x16FE4 or 0x1D159 or (>= 0xE0000 and <= 0xEFFFF) => true,
        _ => Rune.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse,
    };

    private static bool IsOfEmoji(Rune character) => character.Value is EmojiMark or (>= 0x1F3FB and <= 0x1F3FF)
        || Rune.GetUnicodeCategory(character) == UnicodeCategory.OtherSymbol;

    private static bool IsJoined(Rune character) => character.Value is >= 0x0600 and < 0x1100
        && Rune.GetUnicodeCategory(character) is UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
