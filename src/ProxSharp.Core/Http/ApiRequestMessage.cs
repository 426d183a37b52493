namespace ProxSharp.Http;

/// <summary>A request of this library, which knows its call and the endpoint it goes to.</summary>
internal sealed class ApiRequestMessage : HttpRequestMessage
{
    private static readonly UriCreationOptions s_asWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private string _url;

    /// <summary>Creates a request.</summary>
    /// <param name="call">The call.</param>
    /// <param name="verb">The verb.</param>
    /// <param name="endpoint">Where it goes first.</param>
    /// <param name="url">The whole address, fully encoded: ASCII without <c>#</c>.</param>
    public ApiRequestMessage(ApiCall call, HttpMethod verb, ProxmoxEndpoint endpoint, string url)
        : base(verb, AsWritten(url))
    {
        Call = call;
        _url = url;
        Endpoint = endpoint;
    }

    /// <summary>The call this request is for.</summary>
    public ApiCall Call { get; }

    /// <summary>Where it goes.</summary>
    public ProxmoxEndpoint Endpoint { get; private set; }

    /// <summary>Sends the request elsewhere.</summary>
    public void Target(ProxmoxEndpoint endpoint)
    {
        if (!ReferenceEquals(endpoint, Endpoint))
        {
            _url = string.Concat(endpoint.Root, _url.AsSpan(Endpoint.Root.Length));
            Endpoint = endpoint;
            RequestUri = AsWritten(_url);
        }
    }

    // The class would decode %2E%2E and then drop a segment, which would address another object.
    private static Uri AsWritten(string url) => new(url, s_asWritten);
}
