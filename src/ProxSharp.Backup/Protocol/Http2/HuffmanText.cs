namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>
/// Reads the compressed texts of HTTP/2 headers (RFC 7541, appendix B). The code is canonical: the lengths say everything. Bit by bit, since the few short
/// headers of a session do not deserve more.
/// </summary>
internal static class HuffmanText
{
    private const int Longest = 30;
    private const int EndOfText = 256;

    private static readonly int[] s_count = new int[Longest + 1];
    private static readonly short[] s_symbols = Sort();

    private static ReadOnlySpan<byte> Lengths =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    /// <summary>Reads a text; each byte of it becomes one character.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such text.</exception>
    public static string Decode(ReadOnlySpan<byte> source)
    {
        System.Text.StringBuilder text = new(source.Length * 2);
        (int code, int first, int index, int length, int ones) = (0, 0, 0, 0, 0);
        foreach (byte value in source)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                int next = (value >> bit) & 1;
                ones = next == 1 ? ones + 1 : 0;
                code = (code << 1) | next;
                first <<= 1;
                length++;
                if (length > Longest)
                {
                    throw new InvalidDataException("A header holds a code that does not exist.");
                }

                int count = s_count[length];
                if (code - first < count)
                {
                    int symbol = s_symbols[index + code - first];
                    text.Append(symbol == EndOfText ? throw new InvalidDataException("A header holds the end of a text inside of it.") : (char)symbol);
                    (code, first, index, length) = (0, 0, 0, 0);
                    continue;
                }

                index += count;
                first += count;
            }
        }

        // What fills the last byte is the beginning of the code that marks the end: ones.
        return length < 8 && ones >= length ? text.ToString() : throw new InvalidDataException("A compressed header ends inside of a code.");
    }

    private static short[] Sort()
    {
        short[] symbols = new short[EndOfText + 1];
        int position = 0;
        for (int length = 1; length <= Longest; length++)
        {
            for (short symbol = 0; symbol <= EndOfText; symbol++)
            {
                if (Lengths[symbol] == length)
                {
                    symbols[position++] = symbol;
                    s_count[length]++;
                }
            }
        }

        return symbols;
    }
}
