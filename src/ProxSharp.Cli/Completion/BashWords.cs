namespace ProxSharp.Cli.Completion;

/// <summary>Words as bash puts them into a line that is being typed. Pure.</summary>
internal static class BashWords
{
    private const string Plain = "_-./:=@,+%^";

    /// <summary>Writes the part of a word that takes the place of what was typed, so that bash reads the whole word again.</summary>
    /// <param name="word">The word that is meant.</param>
    /// <param name="line">The line up to the cursor.</param>
    /// <param name="typed">The end of it that is replaced, behind a quote that is open.</param>
    public static string Insertion(string word, string line, string typed)
    {
        (IReadOnlyList<string> words, char quote) = LineWords.Read(line);
        int front = words[^1].Length - LineWords.Read(typed, quote).Words[^1].Length;
        return Quoted(word[Math.Clamp(front, 0, word.Length)..], quote);
    }

    private static string Quoted(string text, char quote) => quote switch
    {
        '\'' => text.Replace("'", "'\\''", StringComparison.Ordinal),
        '"' => string.Concat(text.Select(static c => c is '\\' or '"' or '$' or '`' ? $"\\{c}" : $"{c}")),
        _ => string.Concat(text.Select(c => IsPlain(c, text) ? $"{c}" : $"\\{c}")),
    };

    // Braces alone are left as they are; bash makes several words of {a,b} and {1..3}.
    private static bool IsPlain(char c, string text) => c switch
    {
        '{' or '}' => !text.Contains(',', StringComparison.Ordinal) && !text.Contains("..", StringComparison.Ordinal),
        _ => char.IsAscii(c) ? char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal) : !char.IsWhiteSpace(c),
    };
}
