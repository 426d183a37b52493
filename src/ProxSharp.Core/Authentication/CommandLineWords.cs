using System.Text;

namespace ProxSharp.Authentication;

/// <summary>Splits a command line into words. Quotes hold a word together; nothing is expanded.</summary>
internal static class CommandLineWords
{
    /// <summary>Splits the text.</summary>
    /// <exception cref="FormatException">A quote is not closed, or there is no word.</exception>
    public static List<string> Split(string text)
    {
        List<string> words = [];
        StringBuilder? word = null;
        char quote = '\0';
        for (int index = 0; index < text.Length; index++)
        {
            char current = text[index];
            if (quote == '"' && current == '\\' && index + 1 < text.Length && text[index + 1] is '"' or '\\')
            {
                word!.Append(text[++index]);
            }
            else if (quote != '\0')
            {
                quote = current == quote ? '\0' : Keep(word!, current, quote);
            }
            else if (current is '"' or '\'')
            {
                quote = current;
                word ??= new StringBuilder();
            }
            else if (char.IsWhiteSpace(current))
            {
                Finish(words, ref word);
            }
            else
            {
                (word ??= new StringBuilder()).Append(current);
            }
        }

        Finish(words, ref word);
        return quote != '\0' ? throw new FormatException("The command has a quote that is not closed.")
            : words.Count == 0 ? throw new FormatException("The command is empty.") : words;
    }

    private static char Keep(StringBuilder word, char current, char quote)
    {
        word.Append(current);
        return quote;
    }

    private static void Finish(List<string> words, ref StringBuilder? word)
    {
        if (word is not null)
        {
            words.Add(word.ToString());
            word = null;
        }
    }
}
