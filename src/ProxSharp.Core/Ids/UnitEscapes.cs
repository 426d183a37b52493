using System.Globalization;
using System.Text;

namespace ProxSharp.Ids;

/// <summary>The escapes of systemd unit names: a hyphen stands for a slash, <c>\x2d</c> for the byte 2D.</summary>
internal static class UnitEscapes
{
    private const int EscapeLength = 4;

    /// <summary>Decodes a text; what is no escape stays as it is.</summary>
    public static string Decode(string text)
    {
        if (text.AsSpan().IndexOfAny('-', '\\') < 0)
        {
            return text;
        }

        using MemoryStream bytes = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (IsEscape(text, i))
            {
                bytes.WriteByte(byte.Parse(text.AsSpan(i + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += EscapeLength - 1;
            }
            else if (text[i] == '-')
            {
                bytes.WriteByte((byte)'/');
            }
            else
            {
                int length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                bytes.Write(Encoding.UTF8.GetBytes(text, i, length));
                i += length - 1;
            }
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static bool IsEscape(string text, int at) =>
        at + EscapeLength <= text.Length && text[at] == '\\' && text[at + 1] == 'x'
        && char.IsAsciiHexDigit(text[at + 2]) && char.IsAsciiHexDigit(text[at + 3]);
}
