using Microsoft.AspNetCore.Connections;

namespace ProxSharp.Simulator.Http;

/// <summary>Serves a connection after it was upgraded to another protocol.</summary>
internal interface IConnectionTakeover
{
    /// <summary>Serves the connection until it ends.</summary>
    Task RunAsync(ConnectionContext connection, long connectionId, CancellationToken cancellationToken);

    /// <summary>Told in place of <see cref="RunAsync"/> if the connection broke before it was upgraded.</summary>
    void Abandon();
}
