namespace ProxSharp.Http;

/// <summary>The end of the chain: hands a request to the sockets of the endpoint it is addressed to.</summary>
internal sealed class EndpointHandler : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private volatile Way[] _ways;

    /// <summary>Creates the handler.</summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="create">Makes the handler of one endpoint; it is disposed with this one.</param>
    public EndpointHandler(IReadOnlyList<ProxmoxEndpoint> endpoints, Func<ProxmoxEndpoint, HttpMessageHandler> create) =>
        _ways = [.. endpoints.Select(endpoint => new Way(endpoint, create(endpoint)))];

    /// <summary>Adds an endpoint; its handler is disposed with this one.</summary>
    public void Add(ProxmoxEndpoint endpoint, HttpMessageHandler handler)
    {
        lock (_gate)
        {
            _ways = [.. _ways, new Way(endpoint, handler)];
        }
    }

    /// <inheritdoc/>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        => Invoker(request).Send(request, cancellationToken);

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        => Invoker(request).SendAsync(request, cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (Way way in _ways)
            {
                way.Invoker.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private HttpMessageInvoker Invoker(HttpRequestMessage request)
    {
        HeaderLimits.Check(request);
        Way[] ways = _ways;
        if (ways.Length == 1)
        {
            return ways[0].Invoker;
        }

        Uri? uri = request.RequestUri;
        foreach (Way way in ways)
        {
            if (request is ApiRequestMessage own ? ReferenceEquals(own.Endpoint, way.Endpoint) : IsAt(uri, way.Endpoint))
            {
                return way.Invoker;
            }
        }

        throw new InvalidOperationException($"{uri?.Authority} is none of the client's endpoints.");
    }

    private static bool IsAt(Uri? uri, ProxmoxEndpoint endpoint)
        => uri is not null && uri.Port == endpoint.Port && uri.Scheme == endpoint.Scheme && uri.Host == endpoint.BaseAddress.Host;

    private sealed class Way(ProxmoxEndpoint endpoint, HttpMessageHandler handler)
    {
        public ProxmoxEndpoint Endpoint { get; } = endpoint;

        public HttpMessageInvoker Invoker { get; } = new(handler, disposeHandler: true);
    }
}
