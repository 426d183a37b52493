using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace ProxSharp.Simulator.Http;

/// <summary>Writes response heads the way Proxmox Backup Server does.</summary>
internal sealed class PbsResponseWriter(TimeProvider time) : WireResponseWriter(time)
{
    protected override void WriteHead(StringBuilder head, string protocol, WireResponse response, bool close, int length, string? encoding)
    {
        head.Append(CultureInfo.InvariantCulture, $"{protocol} {response.Status} {response.Reason}\r\n");
        if (response.ContentType is { } contentType)
        {
            head.Append(CultureInfo.InvariantCulture, $"content-type: {contentType}\r\n");
        }

        foreach ((string name, string value) in response.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (encoding is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"content-encoding: {encoding}\r\n");
        }

        if (response.IsChunked)
        {
            head.Append("transfer-encoding: chunked\r\n");
        }
        else if (response.HasLength)
        {
            head.Append(CultureInfo.InvariantCulture, $"content-length: {length}\r\n");
        }

        if (close)
        {
            head.Append("connection: close\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"date: {Date}\r\n");
    }

    // Proxmox: of the encodings only deflate is known, and that without the header of zlib.
    protected override (ReadOnlyMemory<byte> Body, string? Encoding) Compress(WireRequest? request, WireResponse response)
    {
        bool isWanted = request?.Header("Accept-Encoding")?.Contains("deflate", StringComparison.OrdinalIgnoreCase) == true;
        if (!isWanted || response.Status != 200 || response.Body.Length == 0 || response.ContentType is null)
        {
            return (response.Body, null);
        }

        using MemoryStream target = new();
        using (DeflateStream compressor = new(target, CompressionLevel.Fastest))
        {
            compressor.Write(response.Body.Span);
        }

        return (target.ToArray(), "deflate");
    }
}
