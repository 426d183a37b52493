namespace ProxSharp.Http;

/// <summary>Reads whole answers into rented buffers.</summary>
internal static class ResponseBody
{
    private const int Step = 16 * 1024;
    private const int Largest = 512 * 1024 * 1024;
    private const int LargestError = 1024 * 1024;

    /// <summary>Reads the body of an answer. A cancelled token breaks the connection.</summary>
    public static PooledBuffer Read(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // A synchronous read cannot be interrupted but by closing what it reads from.
        using CancellationTokenRegistration abort = cancellationToken.UnsafeRegister(static state => ((HttpResponseMessage)state!).Dispose(), response);
        PooledBuffer buffer = Start(response);
        try
        {
            using Stream stream = response.Content.ReadAsStream(cancellationToken);
            while (stream.Read(buffer.GetSpan()) is int count and > 0 && Count(response, buffer, count))
            {
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
                while (await stream.ReadAsync(buffer.GetMemory(), cancellationToken).ConfigureAwait(false) is int count and > 0 && Count(response, buffer, count))
                {
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

        PooledBuffer plain = new(GzipBody.PlainLength(packed.Span, MostOf(response)) + 1);
        try
        {
            using Stream stream = GzipBody.Over(packed);
            while (stream.Read(plain.GetSpan()) is int count and > 0 && Count(response, plain, count))
            {
            }
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException && !response.IsSuccessStatusCode
            && packed.Length == LargestError)
        {
            // What was cut off is missing.
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
    private static PooledBuffer Start(HttpResponseMessage response) => new(
        response.Content.Headers.ContentLength is { } length && length < Largest ? (int)Math.Min(length, MostOf(response)) + 1 : Step);

    private static int MostOf(HttpResponseMessage response) => response.IsSuccessStatusCode ? Largest : LargestError;

    /// <summary>Counts what has come.</summary>
    /// <returns>False if there is enough: nobody reads more of what is wrong.</returns>
    private static bool Count(HttpResponseMessage response, PooledBuffer buffer, int count)
    {
        buffer.Advance(count);
        if (buffer.Length <= MostOf(response))
        {
            return true;
        }

        if (response.IsSuccessStatusCode)
        {
            throw new ProxmoxProtocolException("The answer is larger than 512 MiB: no answer of the API is.") { Offset = buffer.Length };
        }

        buffer.Truncate(LargestError);
        return false;
    }
}
