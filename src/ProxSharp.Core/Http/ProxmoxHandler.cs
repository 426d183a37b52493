namespace ProxSharp.Http;

/// <summary>
/// The base of every link in the chain a request passes on its way to the server. A link sees synchronous and asynchronous calls, and
/// <see cref="DelegatingHandler"/> lets one forget either of them; here both must be written.
/// </summary>
internal abstract class ProxmoxHandler : DelegatingHandler
{
    /// <summary>Creates a link that gets its inner handler later.</summary>
    protected ProxmoxHandler()
    {
    }

    /// <summary>Creates a link in front of another handler.</summary>
    protected ProxmoxHandler(HttpMessageHandler innerHandler)
        : base(innerHandler)
    {
    }

    /// <inheritdoc/>
    protected abstract override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected abstract override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken);

    /// <summary>Passes a request on.</summary>
    protected HttpResponseMessage SendInner(HttpRequestMessage request, CancellationToken cancellationToken) => base.Send(request, cancellationToken);

    /// <summary>Passes a request on.</summary>
    protected Task<HttpResponseMessage> SendInnerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        => base.SendAsync(request, cancellationToken);
}
