using System.Globalization;
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

        if (response.HasLength)
        {
            head.Append(CultureInfo.InvariantCulture, $"content-length: {length}\r\n");
        }

        if (close)
        {
            head.Append("connection: close\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"date: {Date}\r\n");
    }
}
