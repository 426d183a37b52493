namespace ProxSharp.Http;

/// <summary>What every exchange with a server needs.</summary>
internal sealed class Pipeline : IDisposable
{
    public Pipeline(ProxmoxClientOptions options, ProxmoxProduct product, ClientLog log)
    {
        Writer = new RequestWriter(product, options.UserAgent, options.TimeProvider);
        Endpoints = new EndpointSelector(options.Endpoints);
        Invoker = new HttpMessageInvoker(HandlerChain.Create(options, product, Endpoints, log), disposeHandler: true);
    }

    public RequestWriter Writer { get; }

    public EndpointSelector Endpoints { get; }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Writes the request of a call for the endpoint that answered last.</summary>
    public ApiRequestMessage Write(ApiCall call) => Writer.Write(call, Endpoints.Current);

    public void Dispose() => Invoker.Dispose();
}
