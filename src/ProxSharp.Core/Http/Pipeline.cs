using ProxSharp.Peers;
using ProxSharp.Recording;
using ProxSharp.Tls;

namespace ProxSharp.Http;

/// <summary>What every exchange with a server needs.</summary>
internal sealed class Pipeline : IDisposable
{
    private readonly ProxmoxClientOptions _options;
    private readonly ProxmoxProduct _product;
    private readonly EndpointHandler _sockets;
    private readonly Dictionary<ProxmoxEndpoint, PeerTrust> _peers = [];
    private readonly Lock _gate = new();

    public Pipeline(ProxmoxClientOptions options, ProxmoxProduct product, ClientLog log)
    {
        _options = options;
        _product = product;
        Writer = new RequestWriter(product, options.UserAgent, options.TimeProvider);
        Endpoints = new EndpointSelector(options.Endpoints);
        _sockets = new EndpointHandler(options.Endpoints, endpoint => Handler(endpoint, () => options.Trust));
        Invoker = new HttpMessageInvoker(HandlerChain.Create(options, product, Endpoints, _sockets, log), disposeHandler: true);
    }

    public RequestWriter Writer { get; }

    public EndpointSelector Endpoints { get; }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Writes the request of a call for the endpoint that answered last.</summary>
    public ApiRequestMessage Write(ApiCall call) => Writer.Write(call, Endpoints.Current);

    /// <summary>True if an endpoint was learnt, not given by the user.</summary>
    public bool IsPeer(ProxmoxEndpoint endpoint)
    {
        lock (_gate)
        {
            return _peers.ContainsKey(endpoint);
        }
    }

    /// <summary>Adds a learnt endpoint, or takes note of its new certificate. What the user has configured stays as it is.</summary>
    /// <returns>True if it is new.</returns>
    public bool AddPeer(PeerRoute route)
    {
        lock (_gate)
        {
            if (_peers.TryGetValue(route.Endpoint, out PeerTrust? known))
            {
                known.Current = route.Trust;
                return false;
            }

            if (Endpoints.All.Contains(route.Endpoint))
            {
                return false;
            }

            PeerTrust trust = _peers[route.Endpoint] = new PeerTrust(route.Trust);
            _sockets.Add(route.Endpoint, Handler(route.Endpoint, () => trust.Current));
            Endpoints.Add(route.Endpoint);
            return true;
        }
    }

    public void Dispose() => Invoker.Dispose();

    private HttpMessageHandler Handler(ProxmoxEndpoint endpoint, Func<ServerTrust> trust)
    {
        HttpMessageHandler sockets = _options.Handler?.Invoke(endpoint)
            ?? SocketsHandlerFactory.Create(endpoint, trust, _options.ConnectTimeout, _options.RepairConnectionHeader);
        return _options.Recorder is { } recorder ? new RecordingHandler(_product, recorder, _options.TimeProvider, sockets) : sockets;
    }
}
