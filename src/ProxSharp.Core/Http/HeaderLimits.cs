using System.Globalization;
using System.Net.Http.Headers;

namespace ProxSharp.Http;

/// <summary>Refuses requests with more headers than servers read.</summary>
/// <remarks>
/// Proxmox: VE takes 8 KiB in at most 64 lines. It gives no answer to more but closes the connection after 5 s, which nobody would understand.
/// </remarks>
internal static class HeaderLimits
{
    private const int Lines = 60;
    private const int Bytes = 8000;

    /// <summary>Checks the headers of a request that is ready to go.</summary>
    /// <exception cref="InvalidOperationException">There are too many.</exception>
    public static void Check(HttpRequestMessage request)
    {
        (int lines, int bytes) = Measure(request.Headers.NonValidated);
        if (request.Content is not null)
        {
            (int more, int moreBytes) = Measure(request.Content.Headers.NonValidated);
            (lines, bytes) = (lines + more, bytes + moreBytes);
        }

        if (lines > Lines || bytes > Bytes)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture, $"The request has {lines} headers with {bytes} bytes, and servers read at most "
                    + $"{Lines} with {Bytes}: use shorter credentials."));
        }
    }

    private static (int Lines, int Bytes) Measure(HttpHeadersNonValidated headers)
    {
        (int lines, int bytes) = (0, 0);
        foreach (KeyValuePair<string, HeaderStringValues> header in headers)
        {
            foreach (string value in header.Value)
            {
                lines++;
                bytes += header.Key.Length + value.Length + 4;
            }
        }

        return (lines, bytes);
    }
}
