using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>Passes the requests of the HTTP/2 server to the session of their connection.</summary>
internal sealed class SessionApplication : IHttpApplication<SessionExchange>
{
    public SessionExchange CreateContext(IFeatureCollection contextFeatures) => new(contextFeatures);

    public Task ProcessRequestAsync(SessionExchange context) => context.Protocol.HandleAsync(context);

    public void DisposeContext(SessionExchange context, Exception? exception)
    {
    }
}
