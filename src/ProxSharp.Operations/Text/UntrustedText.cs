using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ProxSharp.Validation;

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
    /// Cleans a text and puts it in quotation marks (U+201C and U+201D) for a sentence of our own. The text itself cannot hold them, so that whoever passes the
    /// sentence on can tell what others wrote from what we say: <see cref="MarkQuoted"/>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="length">How many characters (UTF-16 units) are kept. Default: 500.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static string Quote(string text, int length = UsualLength) => $"\u201C{Clean(text, length).Replace('\u201C', '"').Replace('\u201D', '"')}\u201D";

    /// <summary>Puts what stands in quotation marks (U+201C and U+201D) between marks instead; what was cut before its end is marked to the end.</summary>
    /// <param name="sentence">The sentence, cleaned already.</param>
    public static string MarkQuoted(string sentence)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        return Quoted.Replace(sentence, static match => $"{Open}{match.Groups["text"].Value}{Close}");
    }

    /// <summary>Cuts a text in which marked ones stand, so that every mark that begins in it also ends in it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">How many characters (UTF-16 units) are kept at most, without the mark that is closed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static string CutMarked(string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (text.Length <= length)
        {
            return text;
        }

        int end = length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
        foreach (string mark in new[] { Open, Close })
        {
            // Half a mark is none.
            int begin = text.LastIndexOf(mark, Math.Min(end + mark.Length, text.Length) - 1, StringComparison.Ordinal);
            end = begin >= 0 && begin < end && begin + mark.Length > end ? begin : end;
        }

        string kept = text[..end];
        return kept.LastIndexOf(Open, StringComparison.Ordinal) > kept.LastIndexOf(Close, StringComparison.Ordinal) ? kept + Close : kept;
    }

    private static Regex Quoted => field ??= new("\u201C(?<text>[^\u201C\u201D]*)(\u201D|$)", RegexOptions.ExplicitCapture);

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
        Rune before = default;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > length)
            {
                clean.Append(CultureInfo.InvariantCulture, $"... (cut, {text.Length} characters in all)");
                break;
            }

            bool isUnseen = IsUnseen(rune, before);
            before = isUnseen ? default : rune;
            clean.Append(isUnseen ? " " : rune.Value == '<' ? "\u2039" : rune.Value == '>' ? "\u203A" : rune.ToString());
        }

        return clean.ToString();
    }

    /// <summary>
    /// True for characters in which a text can hold what its readers do not see: control characters, those without a width or a shape, those that turn the
    /// direction of text, and those that have no agreed meaning.
    /// </summary>
    /// <param name="character">The character.</param>
    /// <param name="before">
    /// The one before it, if that is seen. Behind a symbol the mark of an emoji is one with it, and between letters of Arabic and Indic scripts joiners
    /// decide what they look like. Default: none.
    /// </param>
    public static bool IsUnseen(Rune character, Rune before = default) => UnseenCharacters.Contains(character, before);
}
