using System.Globalization;
using System.Text;

namespace ProxSharp.Testing;

/// <summary>Reads requests from a connection, keeping what belongs to the next one.</summary>
internal sealed class RequestReader(Stream stream)
{
    private readonly List<byte> _buffer = [];
    private readonly byte[] _chunk = new byte[16384];

    /// <summary>The next request; null when the client has closed the connection.</summary>
    public async Task<StubRequest?> ReadAsync(int connection, int number, CancellationToken cancellationToken)
    {
        int headLength;
        while ((headLength = IndexAfter("\r\n\r\n"u8)) < 0)
        {
            if (!await FillAsync(cancellationToken))
            {
                return null;
            }
        }

        byte[] head = Take(headLength);
        string text = Encoding.Latin1.GetString(head);
        byte[]? body = HeaderValue(text, "Transfer-Encoding") is null
            ? await ReadLengthAsync(int.Parse(HeaderValue(text, "Content-Length") ?? "0", CultureInfo.InvariantCulture), cancellationToken)
            : await ReadChunkedAsync(cancellationToken);
        return body is null ? null : new StubRequest(head, body, connection, number);
    }

    /// <summary>Waits until the client closes the connection; what it sends meanwhile is thrown away.</summary>
    public async Task WaitForCloseAsync(CancellationToken cancellationToken)
    {
        while (await stream.ReadAsync(_chunk, cancellationToken) > 0)
        {
        }
    }

    private async Task<byte[]?> ReadLengthAsync(int length, CancellationToken cancellationToken)
    {
        while (_buffer.Count < length)
        {
            if (!await FillAsync(cancellationToken))
            {
                return null;
            }
        }

        return Take(length);
    }

    private async Task<byte[]?> ReadChunkedAsync(CancellationToken cancellationToken)
    {
        int end;
        while ((end = IndexAfter("0\r\n\r\n"u8)) < 0)
        {
            if (!await FillAsync(cancellationToken))
            {
                return null;
            }
        }

        return Take(end);
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        int count = await stream.ReadAsync(_chunk, cancellationToken);
        _buffer.AddRange(_chunk.AsSpan(0, count));
        return count > 0;
    }

    private byte[] Take(int count)
    {
        byte[] taken = [.. _buffer.Take(count)];
        _buffer.RemoveRange(0, count);
        return taken;
    }

    private int IndexAfter(ReadOnlySpan<byte> mark)
    {
        int index = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_buffer).IndexOf(mark);
        return index < 0 ? -1 : index + mark.Length;
    }

    private static string? HeaderValue(string head, string name)
        => head.Split("\r\n").Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(line => line[(name.Length + 1)..].Trim()).FirstOrDefault();
}
