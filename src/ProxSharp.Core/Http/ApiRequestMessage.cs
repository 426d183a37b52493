namespace ProxSharp.Http;

/// <summary>A request of this library, which knows its call and the endpoint it goes to.</summary>
internal sealed class ApiRequestMessage : HttpRequestMessage
{
    private static readonly UriCreationOptions s_asWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly string _pathAndQuery;

    /// <summary>Creates a request.</summary>
    /// <param name="call">The call.</param>
    /// <param name="verb">The verb.</param>
    /// <param name="endpoint">Where it goes first.</param>
    /// <param name="pathAndQuery">The target, fully encoded: ASCII without <c>#</c>.</param>
    public ApiRequestMessage(ApiCall call, HttpMethod verb, ProxmoxEndpoint endpoint, string pathAndQuery)
        : base(verb, (Uri?)null)
    {
        Call = call;
        _pathAndQuery = pathAndQuery;
        Endpoint = endpoint;
        Target(endpoint);
    }

    /// <summary>The call this request is for.</summary>
    public ApiCall Call { get; }

    /// <summary>Where it goes.</summary>
    public ProxmoxEndpoint Endpoint { get; private set; }

    /// <summary>Sends the request elsewhere.</summary>
    public void Target(ProxmoxEndpoint endpoint)
    {
        Endpoint = endpoint;

        // As written: the class would decode %2E%2E and then drop a segment, which would address another object.
        RequestUri = new Uri($"{endpoint.Scheme}://{endpoint.Authority}{_pathAndQuery}", s_asWritten);
    }
}
