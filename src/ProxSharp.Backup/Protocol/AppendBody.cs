using System.Buffers.Text;
using System.Text;
using ProxSharp.Backup.Formats;
using ProxSharp.Http;

namespace ProxSharp.Backup.Protocol;

/// <summary>Writes the body of an append: <c>{"digest-list":[...],"offset-list":[...],"wid":1}</c>.</summary>
internal static class AppendBody
{
    private const int LongestNumber = 20;

    public static void Write(PooledBuffer body, int id, IReadOnlyList<IndexAppend> chunks)
    {
        Span<char> text = stackalloc char[2 * Sha256Digest.Size];
        body.Append("{\"digest-list\":["u8);
        for (int i = 0; i < chunks.Count; i++)
        {
            body.Append(i == 0 ? "\""u8 : ",\""u8);
            chunks[i].Digest.TryFormat(text, out int written, default, null);
            body.Advance(Encoding.ASCII.GetBytes(text[..written], body.GetSpan(written)));
            body.Append((byte)'"');
        }

        body.Append("],\"offset-list\":["u8);
        for (int i = 0; i < chunks.Count; i++)
        {
            if (i > 0)
            {
                body.Append((byte)',');
            }

            Append(body, chunks[i].Offset);
        }

        body.Append("],\"wid\":"u8);
        Append(body, id);
        body.Append((byte)'}');
    }

    private static void Append(PooledBuffer body, long number)
    {
        Utf8Formatter.TryFormat(number, body.GetSpan(LongestNumber), out int written);
        body.Advance(written);
    }
}
