using System.Text;

namespace ProxSharp.Cli.Completion;

/// <summary>Splits a command line that is still being typed, as shells do. Pure.</summary>
internal static class LineWords
{
    /// <summary>Returns the words; the last one is what is being typed, empty behind a space.</summary>
    public static IReadOnlyList<string> Split(string line) => Read(line).Words;

    /// <summary>Returns the words, and the quote that is still open at the end; a null character if none is.</summary>
    /// <param name="line">The line, or a part of it.</param>
    /// <param name="quote">The quote that is open at its start.</param>
    public static (IReadOnlyList<string> Words, char Quote) Read(string line, char quote = '\0')
    {
        List<string> words = [];
        StringBuilder word = new();
        bool isOpen = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == '\\' && quote != '\'' && i + 1 < line.Length)
            {
                word.Append(line[++i]);
                isOpen = true;
            }
            else if (quote == '\0' ? c is '\'' or '"' : c == quote)
            {
                quote = quote == '\0' ? c : '\0';
                isOpen = true;
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (isOpen)
                {
                    words.Add(word.ToString());
                    word.Clear();
                }

                isOpen = false;
            }
            else
            {
                word.Append(c);
                isOpen = true;
            }
        }

        words.Add(word.ToString());
        return (words, quote);
    }
}
