using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;

namespace ProxSharp.Simulator.Http;

/// <summary>Puts responses on the wire in the form of one product.</summary>
internal abstract class WireResponseWriter(TimeProvider time)
{
    // Proxmox: bodies up to this size are never compressed.
    private const int CompressionThreshold = 1024;

    protected TimeProvider Time { get; } = time;

    /// <summary>Writes a response.</summary>
    /// <param name="output">The connection.</param>
    /// <param name="request">The request that is answered; null if it could not be read.</param>
    /// <param name="response">The response.</param>
    /// <param name="close">True if the connection is closed afterwards.</param>
    /// <param name="truncate">True to break off in the middle of the body.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async ValueTask WriteAsync(PipeWriter output, WireRequest? request, WireResponse response, bool close, bool truncate, CancellationToken cancellationToken)
    {
        (ReadOnlyMemory<byte> body, string? encoding) = Compress(request, response);
        StringBuilder head = new(512);
        WriteHead(head, request?.Protocol ?? "HTTP/1.0", response, close, body.Length, encoding);
        output.Write(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()));
        if (response.IsChunked)
        {
            await WriteChunksAsync(output, response, body, truncate, cancellationToken).ConfigureAwait(false);
            return;
        }

        output.Write((truncate ? body[..(body.Length / 2)] : body).Span);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask WriteChunksAsync(PipeWriter output, WireResponse response, ReadOnlyMemory<byte> body, bool truncate, CancellationToken cancellationToken)
    {
        foreach (ReadOnlyMemory<byte> part in response.Parts.Prepend(body).Where(static part => !part.IsEmpty))
        {
            output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{part.Length:x}\r\n")));
            output.Write(truncate ? part.Span[..(part.Length / 2)] : part.Span);
            if (!truncate)
            {
                output.Write("\r\n"u8);
            }

            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (truncate)
            {
                return;
            }
        }

        output.Write("0\r\n\r\n"u8);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    protected abstract void WriteHead(StringBuilder head, string protocol, WireResponse response, bool close, int length, string? encoding);

    protected string Date => Time.GetUtcNow().ToString("r", CultureInfo.InvariantCulture);

    protected virtual (ReadOnlyMemory<byte> Body, string? Encoding) Compress(WireRequest? request, WireResponse response)
    {
        string accepted = request?.Header("Accept-Encoding") ?? "";
        bool gzip = accepted.Contains("gzip", StringComparison.OrdinalIgnoreCase) || response.AlwaysCompress;
        bool deflate = accepted.Contains("deflate", StringComparison.OrdinalIgnoreCase);
        if ((!gzip && !deflate) || (response.Body.Length <= CompressionThreshold && !response.AlwaysCompress) || response.Status != 200)
        {
            return (response.Body, null);
        }

        // A quarter holds most lists, so that the stream seldom has to grow.
        MemoryStream target = new(response.Body.Length / 4);
        using (Stream compressor = gzip
            ? new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true)
            : new ZLibStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            compressor.Write(response.Body.Span);
        }

        return (target.GetBuffer().AsMemory(0, (int)target.Length), gzip ? "gzip" : "deflate");
    }
}
