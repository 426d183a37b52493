using System.Globalization;
using System.Text;
using ProxSharp.Http;

namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>Writes blocks of request headers (HPACK, RFC 7541): entries of the static table and plain texts, so that there is no state.</summary>
internal static class HeaderEncoder
{
    /// <summary>Says at the beginning of a block that nothing is kept in the table from here on.</summary>
    public const byte NoTable = 0x20;

    private const int Authority = 1;
    private const int MethodGet = 2;
    private const int MethodPost = 3;
    private const int Path = 4;
    private const int SchemeHttps = 7;
    private const int ContentLength = 28;
    private const int ContentType = 31;

    /// <summary>Writes the headers of a request.</summary>
    public static void Write(PooledBuffer target, ChannelRequest request)
    {
        WriteMethod(target, request.Method);
        target.Append(0x80 | SchemeHttps);
        WriteText(target, Authority, "localhost:8007");
        WriteText(target, Path, request.Target);
        if (request.ContentType is not null)
        {
            WriteText(target, ContentType, request.ContentType);
            WriteText(target, ContentLength, request.Body.Length.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void WriteMethod(PooledBuffer target, HttpMethod method)
    {
        if (method == HttpMethod.Get || method == HttpMethod.Post)
        {
            target.Append((byte)(0x80 | (method == HttpMethod.Get ? MethodGet : MethodPost)));
        }
        else
        {
            WriteText(target, MethodGet, method.Method);
        }
    }

    // A literal that is not kept in the table, with the name of an entry of the static table.
    private static void WriteText(PooledBuffer target, int name, string value)
    {
        WriteNumber(target, 0, 4, name);
        WriteNumber(target, 0, 7, value.Length);
        target.Advance(Encoding.ASCII.GetBytes(value, target.GetSpan(value.Length)));
    }

    private static void WriteNumber(PooledBuffer target, byte pattern, int bits, int value)
    {
        int mask = (1 << bits) - 1;
        if (value < mask)
        {
            target.Append((byte)(pattern | value));
            return;
        }

        target.Append((byte)(pattern | mask));
        for (value -= mask; value >= 0x80; value >>= 7)
        {
            target.Append((byte)(0x80 | (value & 0x7F)));
        }

        target.Append((byte)value);
    }
}
