using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ProxSharp.Authentication;

/// <summary>Writes the requests of a login.</summary>
internal static class LoginRequests
{
    public const string Path = "/access/ticket";

    /// <summary>A login at the server to which another request is about to go.</summary>
    /// <param name="product">Decides the form of the body.</param>
    /// <param name="trigger">The request that needs the ticket; gives the address, a path prefix, and the user agent.</param>
    /// <param name="parameters">Names and values.</param>
    public static HttpRequestMessage Create(ProxmoxProduct product, HttpRequestMessage trigger, params ReadOnlySpan<KeyValuePair<string, string>> parameters)
    {
        Uri target = trigger.RequestUri!;
        int api = target.AbsolutePath.IndexOf("/api2/", StringComparison.Ordinal);
        string prefix = api > 0 ? target.AbsolutePath[..api] : "";
        HttpRequestMessage request = new(HttpMethod.Post, new Uri($"{target.Scheme}://{target.Authority}{prefix}/api2/json{Path}"))
        {
            Version = trigger.Version,
            VersionPolicy = trigger.VersionPolicy,
            Content = product == ProxmoxProduct.BackupServer ? Json(parameters) : Form(parameters),
        };
        foreach (ProductInfoHeaderValue agent in trigger.Headers.UserAgent)
        {
            request.Headers.UserAgent.Add(agent);
        }

        return request;
    }

    private static ByteArrayContent Form(ReadOnlySpan<KeyValuePair<string, string>> parameters)
    {
        StringBuilder text = new();
        foreach ((string name, string value) in parameters)
        {
            text.Append(text.Length > 0 ? "&" : "").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        return Content(Encoding.ASCII.GetBytes(text.ToString()), "application/x-www-form-urlencoded");
    }

    private static ByteArrayContent Json(ReadOnlySpan<KeyValuePair<string, string>> parameters)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer))
        {
            writer.WriteStartObject();
            foreach ((string name, string value) in parameters)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        return Content(buffer.WrittenSpan.ToArray(), "application/json");
    }

    private static ByteArrayContent Content(byte[] body, string mediaType)
    {
        ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return content;
    }
}
