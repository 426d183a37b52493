namespace ProxSharp.Core.Tests.Authentication;

/// <summary>What a request carried when it arrived.</summary>
internal sealed class SeenRequest(HttpRequestMessage request, string body)
{
    public string Method { get; } = request.Method.Method;

    public string Path { get; } = request.RequestUri!.PathAndQuery;

    public string Body { get; } = body;

    public string? Cookie { get; } = Value(request, "Cookie");

    public string? Csrf { get; } = Value(request, "CSRFPreventionToken");

    public string? Authorization { get; } = Value(request, "Authorization");

    private static string? Value(HttpRequestMessage request, string name)
        => request.Headers.NonValidated.TryGetValues(name, out System.Net.Http.Headers.HeaderStringValues values) ? values.Single() : null;
}
