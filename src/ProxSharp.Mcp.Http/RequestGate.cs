using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ProxSharp.Mcp.Http;

/// <summary>
/// Lets in only whom the program is for. The name in the request must be one of its own: a page of another site that makes its name point to this machine
/// comes with that name. A page of another origin is refused too, and without the token there is nothing but the pages for approvals, whose addresses are
/// secrets.
/// </summary>
internal sealed class RequestGate
{
    private static readonly string[] s_loopback = ["127.0.0.1", "localhost", "[::1]"];

    private static readonly string[] s_once =
    [
        HeaderNames.Origin, HeaderNames.ContentType, HeaderNames.ContentLength, HeaderNames.ContentEncoding, HeaderNames.Authorization, "Mcp-Session-Id",
        "MCP-Protocol-Version", "Last-Event-ID",
    ];

    private readonly HashSet<string> _hosts;
    private readonly Uri? _public;
    private readonly byte[]? _token;

    public RequestGate(HttpSettings settings)
    {
        _hosts = new HashSet<string>(settings.AllowedHosts, StringComparer.OrdinalIgnoreCase);
        if (settings.IsLoopback)
        {
            _hosts.UnionWith(s_loopback);
        }
        else
        {
            _hosts.Add(settings.Listen.Host);
        }

        if (settings.PublicAddress is { } address)
        {
            _public = address;
            _hosts.Add(address.Host);
        }

        // Digests have one length, so the comparison tells nothing about that of the token.
        _token = settings.Token is { } token ? SHA256.HashData(Encoding.UTF8.GetBytes(token)) : null;
    }

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (!_hosts.Contains(request.Host.Host))
        {
            return RefuseAsync(context, StatusCodes.Status421MisdirectedRequest, "This name is none of this server's; --allowed-host adds one.");
        }

        if (request.Headers.Origin is [{ Length: > 0 } origin] && !IsOurs(origin, context.Connection.LocalPort) && !IsOwnPage(request, origin))
        {
            return RefuseAsync(context, StatusCodes.Status403Forbidden, "Pages of other sites may not use this server.");
        }

        if (Repeated(request) is { } header)
        {
            return RefuseAsync(context, StatusCodes.Status400BadRequest, $"There is more than one {header}.");
        }

        if (_token is not null && !request.Path.StartsWithSegments(HttpHost.ApprovalPath) && !HasToken(request))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return RefuseAsync(context, StatusCodes.Status401Unauthorized, "A bearer token is needed.");
        }

        return HttpMethods.IsPost(request.Method) && request.Path.StartsWithSegments(HttpHost.ProtocolPath) && !IsJson(request)
            ? RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "Messages are sent as application/json, in UTF-8.")
            : PassAsync(context, next);
    }

    // A body that is too long, or ends too early, is found while it is read: that is the client's fault, and no reason to write of it.
    private static async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? $"A message may have {HttpHost.LongestRequest} bytes."
                : "The message cannot be read.").ConfigureAwait(false);
        }
    }

    private static bool IsJson(HttpRequest request) => MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));

    // What a request says once must be said once: whoever reads it behind us may take another one.
    private static string? Repeated(HttpRequest request) => s_once.FirstOrDefault(name => request.Headers[name].Count > 1);

    // Behind a proxy the port is another one than here, and only for the names of this machine itself can it be told.
    private bool IsOurs(string origin, int port) => Uri.TryCreate(origin, UriKind.Absolute, out Uri? address)
        && _hosts.Contains(address.Host)
        && (address.Port == port || address.Authority == _public?.Authority || !s_loopback.Contains(address.Host, StringComparer.OrdinalIgnoreCase));

    // A browser that is told to hide where it comes from calls the page's own origin null, as it does those of others; then it says so elsewhere.
    private static bool IsOwnPage(HttpRequest request, string origin) => origin == "null"
        && request.Path.StartsWithSegments(HttpHost.ApprovalPath)
        && request.Headers["Sec-Fetch-Site"] is ["same-origin"];

    private bool HasToken(HttpRequest request)
    {
        const string scheme = "Bearer ";
        return request.Headers[HeaderNames.Authorization] is [{ } value]
            && value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(value[scheme.Length..].Trim())), _token);
    }

    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(why, context.RequestAborted);
    }
}
