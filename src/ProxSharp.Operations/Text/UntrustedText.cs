using System.Globalization;
using System.Text;

namespace ProxSharp.Operations.Text;

/// <summary>Makes text that guests or users wrote fit to be shown to a program that might follow it: marked, without control characters, short.</summary>
public static class UntrustedText
{
    /// <summary>How long such a text may be unless told otherwise, in characters: 500.</summary>
    public const int UsualLength = 500;

    private const string Open = "<untrusted>";
    private const string Close = "</untrusted>";

    /// <summary>Cleans a text and puts it between marks, which the text itself cannot hold.</summary>
    /// <param name="text">The text; null stays null.</param>
    /// <param name="length">How many characters (UTF-16 units) are kept, without the marks. Default: 500.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static string? Mark(string? text, int length = UsualLength) => text is null ? null : $"{Open}{Clean(text, length)}{Close}";

    /// <summary>
    /// Replaces control characters, line breaks and characters that are not seen or turn the direction of text by spaces, breaks up marks and cuts the rest.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="length">How many characters (UTF-16 units) are kept. Default: 500. A note that something was cut comes on top.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static string Clean(string text, int length = UsualLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        StringBuilder clean = new(Math.Min(text.Length, length) + 16);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > length)
            {
                clean.Append(CultureInfo.InvariantCulture, $"... (cut, {text.Length} characters in all)");
                break;
            }

            bool isHidden = Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse;
            clean.Append(isHidden ? " " : rune.Value == '<' ? "\u2039" : rune.Value == '>' ? "\u203A" : rune.ToString());
        }

        return clean.ToString();
    }
}
