using System.Globalization;
using System.Text;

namespace ProxSharp.Simulator.Http;

/// <summary>Writes response heads the way the Proxmox VE API daemon does.</summary>
internal sealed class PveResponseWriter(TimeProvider time) : WireResponseWriter(time)
{
    protected override void WriteHead(StringBuilder head, string protocol, WireResponse response, bool close, int length, string? encoding)
    {
        string date = Date;
        head.Append(CultureInfo.InvariantCulture, $"{protocol} {response.Status} {response.Reason}\r\nCache-Control: max-age=0\r\n");

        // Proxmox: the privileged daemon's "close" is copied in front of the proxy's own header.
        if (response.IsProxied && !close)
        {
            head.Append("Connection: close\r\n");
        }

        head.Append(close ? "Connection: close\r\n" : "Connection: Keep-Alive\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Date: {date}\r\nPragma: no-cache\r\n");
        WriteExtra(head, response, isLocation: true);
        head.Append("Server: pve-api-daemon/3.0\r\n");
        if (encoding is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Encoding: {encoding}\r\n");
        }

        if (length > 0 && response.HasLength)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        }

        if (response.ContentType is { } contentType)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Type: {contentType}\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"Expires: {date}\r\n");
        WriteExtra(head, response, isLocation: false);
    }

    private static void WriteExtra(StringBuilder head, WireResponse response, bool isLocation)
    {
        foreach ((string name, string value) in response.Headers.Where(header => isLocation == (header.Key == "Location")))
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }
    }
}
