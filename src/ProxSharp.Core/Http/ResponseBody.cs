namespace ProxSharp.Http;

/// <summary>Reads whole answers into rented buffers.</summary>
internal static class ResponseBody
{
    private const int Step = 16 * 1024;
    private const int Largest = 512 * 1024 * 1024;

    /// <summary>Reads the body of an answer. A cancelled token breaks the connection.</summary>
    public static PooledBuffer Read(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // A synchronous read cannot be interrupted but by closing what it reads from.
        using CancellationTokenRegistration abort = cancellationToken.UnsafeRegister(static state => ((HttpResponseMessage)state!).Dispose(), response);
        PooledBuffer buffer = Start(response);
        try
        {
            using Stream stream = response.Content.ReadAsStream(cancellationToken);
            while (stream.Read(buffer.GetSpan()) is int count and > 0)
            {
                Count(buffer, count);
            }

            cancellationToken.ThrowIfCancellationRequested();
            return Unpack(response, buffer);
        }
        catch (ObjectDisposedException) when (cancellationToken.IsCancellationRequested)
        {
            buffer.Dispose();
            throw new OperationCanceledException(cancellationToken);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="Read"/>
    public static async Task<PooledBuffer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        PooledBuffer buffer = Start(response);
        try
        {
            Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                while (await stream.ReadAsync(buffer.GetMemory(), cancellationToken).ConfigureAwait(false) is int count and > 0)
                {
                    Count(buffer, count);
                }
            }

            return Unpack(response, buffer);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    // Unpacking while the bytes come would cost a wait for each 8 KiB of them, and the length of the plain form would not be known.
    private static PooledBuffer Unpack(HttpResponseMessage response, PooledBuffer packed)
    {
        if (!GzipBody.Is(response) || packed.Length == 0)
        {
            return packed;
        }

        PooledBuffer plain = new(GzipBody.PlainLength(packed.Span, Largest) + 1);
        try
        {
            using Stream stream = GzipBody.Over(packed);
            while (stream.Read(plain.GetSpan()) is int count and > 0)
            {
                Count(plain, count);
            }
        }
        catch
        {
            plain.Dispose();
            throw;
        }

        packed.Dispose();
        return plain;
    }

    // With the length known the buffer never grows: one byte more lets the last read see the end.
    private static PooledBuffer Start(HttpResponseMessage response)
        => new(response.Content.Headers.ContentLength is { } length and < Largest ? (int)length + 1 : Step);

    private static void Count(PooledBuffer buffer, int count)
    {
        buffer.Advance(count);
        if (buffer.Length > Largest)
        {
            throw new ProxmoxProtocolException("The answer is larger than 512 MiB: no answer of the API is.") { Offset = buffer.Length };
        }
    }
}
