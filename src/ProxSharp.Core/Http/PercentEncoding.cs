using System.Buffers;
using System.Text;

namespace ProxSharp.Http;

/// <summary>
/// Percent-encodes text as UTF-8. Everything but letters, digits and <c>-._~</c> is encoded, a space as <c>%20</c>: it holds in a path, in a
/// query and in a form.
/// </summary>
internal static class PercentEncoding
{
    private static readonly SearchValues<char> s_plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    /// <summary>Appends a text in encoded form.</summary>
    public static void Append(PooledBuffer buffer, ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAnyExcept(s_plain);
            int count = plain < 0 ? text.Length : plain;
            buffer.Advance(Encoding.ASCII.GetBytes(text[..count], buffer.GetSpan(count)));
            text = text[count..];
            if (!text.IsEmpty)
            {
                text = AppendEncoded(buffer, text);
            }
        }
    }

    /// <summary>Appends a text as the segment of a path. A segment of dots only is encoded too: others would take it for a step in the tree.</summary>
    public static void AppendSegment(PooledBuffer buffer, ReadOnlySpan<char> text)
    {
        if (text is "." or "..")
        {
            buffer.Append(text.Length == 1 ? "%2E"u8 : "%2E%2E"u8);
        }
        else
        {
            Append(buffer, text);
        }
    }

    /// <summary>Returns a text in encoded form.</summary>
    public static string Encode(string text)
    {
        using PooledBuffer buffer = new((text.Length * 3) + 16);
        Append(buffer, text);
        return Encoding.ASCII.GetString(buffer.Span);
    }

    /// <summary>True if the text holds nothing that encoding would change, apart from percent signs of an encoding that was done already.</summary>
    public static bool IsEncoded(ReadOnlySpan<char> text)
    {
        for (int bad; (bad = text.IndexOfAnyExcept(s_plain)) >= 0; text = text[(bad + 3)..])
        {
            if (text[bad] != '%' || text.Length < bad + 3 || !char.IsAsciiHexDigit(text[bad + 1]) || !char.IsAsciiHexDigit(text[bad + 2]))
            {
                return false;
            }
        }

        return true;
    }

    private static ReadOnlySpan<char> AppendEncoded(PooledBuffer buffer, ReadOnlySpan<char> text)
    {
        // A lone surrogate becomes U+FFFD, as everywhere in .NET.
        _ = Rune.DecodeFromUtf16(text, out Rune rune, out int used);
        Span<byte> utf8 = stackalloc byte[4];
        int count = rune.EncodeToUtf8(utf8);
        foreach (byte value in utf8[..count])
        {
            Span<byte> three = buffer.GetSpan(3);
            three[0] = (byte)'%';
            three[1] = Digit(value >> 4);
            three[2] = Digit(value & 15);
            buffer.Advance(3);
        }

        return text[used..];
    }

    private static byte Digit(int value) => (byte)(value < 10 ? '0' + value : 'A' + value - 10);
}
