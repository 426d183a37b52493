using System.Globalization;
using System.Net;
using ProxSharp.Api;

namespace ProxSharp.Backup.Protocol;

/// <summary>Makes exceptions of the error answers inside a session.</summary>
internal static class SessionErrors
{
    private const int LongestText = 500;

    /// <summary>Makes the exception for an answer that is no success.</summary>
    /// <param name="request">The request.</param>
    /// <param name="answer">Its answer.</param>
    /// <param name="action">What the request does: <c>store chunk ... of disk.img.fidx</c>.</param>
    /// <param name="host">The server.</param>
    public static ProxmoxApiException Create(ChannelRequest request, ChannelAnswer answer, string action, string host)
    {
        string said = TextOf(answer.Error) is { Length: > 0 } text ? text : string.Create(CultureInfo.InvariantCulture, $"status {answer.Status} without a text");
        string message = $"Unable to {action} on {host}: {Shorten(said).ReplaceLineEndings(" ").TrimEnd('.', ' ')}.";
        HttpStatusCode status = (HttpStatusCode)answer.Status;
        ApiMethod method = Method(request.Method);
        int query = request.Target.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? request.Target : request.Target[..query];

        // Proxmox: 401 inside a session says that a chunk may not be read; the credentials were accepted long ago.
        return answer.Status switch
        {
            404 => new ProxmoxNotFoundException(message) { StatusCode = status, Method = method, Path = path, ServerMessage = said },
            401 or 403 => new ProxmoxPermissionException(message) { StatusCode = status, Method = method, Path = path, ServerMessage = said },
            _ => new ProxmoxApiException(message) { StatusCode = status, Method = method, Path = path, ServerMessage = said },
        };
    }

    // What stands between the server and this one answers with pages for people, of which the title says what happened.
    private static string TextOf(string error)
    {
        string text = error.Trim();
        if (text.StartsWith('<'))
        {
            int start = text.IndexOf("<title>", StringComparison.OrdinalIgnoreCase) + "<title>".Length;
            int end = start < "<title>".Length ? -1 : text.IndexOf('<', start);
            text = end < 0 ? "" : text[start..end].Trim();
        }

        return text;
    }

    private static string Shorten(string text) => text.Length > LongestText ? text[..LongestText] : text;

    private static ApiMethod Method(HttpMethod method)
        => method == HttpMethod.Get ? ApiMethod.Get : method == HttpMethod.Put ? ApiMethod.Put : ApiMethod.Post;
}
