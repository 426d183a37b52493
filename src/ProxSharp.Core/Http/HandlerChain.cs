using Microsoft.Extensions.Logging;
using ProxSharp.Authentication;

namespace ProxSharp.Http;

/// <summary>Builds the chain a request passes: failover, authentication, logging, the sockets of its endpoint.</summary>
internal static class HandlerChain
{
    /// <summary>Builds a chain.</summary>
    public static HttpMessageHandler Create(ProxmoxClientOptions options, ProxmoxProduct product, EndpointSelector endpoints, ClientLog log)
    {
        EndpointHandler sockets = new(options.Endpoints, options.Handler ?? (endpoint => SocketsHandlerFactory.Create(endpoint, options.Trust, options.ConnectTimeout, options.RepairConnectionHeader)));
        LoggingHandler logging = new(log.Logger, options.TimeProvider, sockets);
        AuthenticationHandler authentication = new(product, options.Credentials, options.TimeProvider, options.LoggerFactory.CreateLogger("ProxSharp.Authentication"))
        {
            InnerHandler = logging,
        };
        return endpoints.Count == 1 ? authentication : new FailoverHandler(endpoints, log, authentication);
    }
}
