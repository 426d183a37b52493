using Microsoft.AspNetCore.Connections;
using ProxSharp.Simulator.Http;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>Hands an upgraded connection to the HTTP/2 server.</summary>
internal sealed class SessionTakeover(SessionServer server, IBackupProtocol protocol) : IConnectionTakeover
{
    public Task RunAsync(ConnectionContext connection, long connectionId, CancellationToken cancellationToken) =>
        server.RunAsync(connection, protocol, connectionId, cancellationToken);

    public void Abandon() => protocol.Close();
}
