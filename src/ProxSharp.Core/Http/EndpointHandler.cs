namespace ProxSharp.Http;

/// <summary>The end of the chain: hands a request to the sockets of the endpoint it is addressed to.</summary>
internal sealed class EndpointHandler : HttpMessageHandler
{
    private readonly ProxmoxEndpoint[] _endpoints;
    private readonly HttpMessageInvoker[] _invokers;

    /// <summary>Creates the handler.</summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="create">Makes the handler of one endpoint; it is disposed with this one.</param>
    public EndpointHandler(IReadOnlyList<ProxmoxEndpoint> endpoints, Func<ProxmoxEndpoint, HttpMessageHandler> create)
    {
        _endpoints = [.. endpoints];
        _invokers = [.. endpoints.Select(endpoint => new HttpMessageInvoker(create(endpoint), disposeHandler: true))];
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
            foreach (HttpMessageInvoker invoker in _invokers)
            {
                invoker.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private HttpMessageInvoker Invoker(HttpRequestMessage request)
    {
        HeaderLimits.Check(request);
        if (_invokers.Length == 1)
        {
            return _invokers[0];
        }

        Uri? uri = request.RequestUri;
        for (int index = 0; index < _endpoints.Length; index++)
        {
            ProxmoxEndpoint endpoint = _endpoints[index];
            if (request is ApiRequestMessage own ? ReferenceEquals(own.Endpoint, endpoint) : IsAt(uri, endpoint))
            {
                return _invokers[index];
            }
        }

        throw new InvalidOperationException($"{uri?.Authority} is none of the client's endpoints.");
    }

    private static bool IsAt(Uri? uri, ProxmoxEndpoint endpoint)
        => uri is not null && uri.Port == endpoint.Port && uri.Scheme == endpoint.Scheme && uri.Host == endpoint.BaseAddress.Host;
}
