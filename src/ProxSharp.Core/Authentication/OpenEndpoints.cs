namespace ProxSharp.Authentication;

/// <summary>Knows the calls that no server asks credentials for.</summary>
internal static class OpenEndpoints
{
    private const string Api = "/api2/";

    /// <summary>True if the request needs no credentials.</summary>
    public static bool Contains(HttpRequestMessage request)
    {
        ReadOnlySpan<char> path = request.RequestUri!.AbsolutePath;
        int api = path.IndexOf(Api, StringComparison.Ordinal);
        if (api < 0)
        {
            return true; // Files of the web interface, such as the API viewer's schema.
        }

        path = path[(api + Api.Length)..];
        int format = path.IndexOf('/');
        path = format < 0 ? default : path[format..].TrimEnd('/');
        bool get = request.Method == HttpMethod.Get;
        return path switch
        {
            "/access/domains" or "/ping" => get,
            "/access/ticket" => get || request.Method == HttpMethod.Post,
            "/access/vncticket" or "/access/openid/auth-url" or "/access/openid/login" => request.Method == HttpMethod.Post,
            _ => false,
        };
    }
}
