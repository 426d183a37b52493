using System.Text;
using ProxSharp.Cli.Terminal;
using ProxSharp.Operations.Text;

namespace ProxSharp.Cli.Output;

/// <summary>
/// Writes JSON with escapes for the characters in strings that are not seen: the values stay what they are, and whoever reads the text sees all of them.
/// </summary>
internal static class UnseenJson
{
    /// <summary>Returns JSON with the escapes.</summary>
    public static string Escape(string json)
    {
        if (Find(json) < 0)
        {
            return json;
        }

        using StringWriter text = new();
        Write(text, json);
        return text.ToString();
    }

    /// <summary>Writes JSON with the escapes.</summary>
    public static void Write(TextWriter writer, ReadOnlySpan<char> json)
    {
        for (int at = Find(json); at >= 0; at = Find(json))
        {
            writer.Write(json[..at]);
            writer.Write(TextCells.Escape(new Rune(json[at])));
            json = json[(at + 1)..];
        }

        writer.Write(json);
    }

    // Outside of strings there is ASCII only, and what is of two parts is an escape already.
    private static int Find(ReadOnlySpan<char> json)
    {
        for (int at = 0; at < json.Length; at++)
        {
            int next = json[at..].IndexOfAnyExceptInRange('\0', '\x7f');
            if (next < 0)
            {
                return -1;
            }

            at += next;
            if (!char.IsSurrogate(json[at]) && UntrustedText.IsUnseen(new Rune(json[at])))
            {
                return at;
            }
        }

        return -1;
    }
}
