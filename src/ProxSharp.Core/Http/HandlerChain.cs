using Microsoft.Extensions.Logging;
using ProxSharp.Authentication;

namespace ProxSharp.Http;

/// <summary>Builds the chain a request passes: failover, authentication, logging, the sockets of its endpoint.</summary>
internal static class HandlerChain
{
    /// <summary>Builds a chain.</summary>
    public static HttpMessageHandler Create(
        ProxmoxClientOptions options, ProxmoxProduct product, EndpointSelector endpoints, EndpointHandler sockets, ClientLog log)
    {
        LoggingHandler logging = new(log.Logger, options.TimeProvider, sockets);
        AuthenticationHandler authentication = new(
            product, options.Credentials, options.TimeProvider, options.LoggerFactory.CreateLogger("ProxSharp.Authentication"))
        {
            InnerHandler = logging,
        };
        return endpoints.All.Length == 1 && !options.LearnPeers ? authentication : new FailoverHandler(endpoints, log, authentication);
    }
}
