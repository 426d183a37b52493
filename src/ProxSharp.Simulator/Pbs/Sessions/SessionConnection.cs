using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>The stream of an upgraded connection, as a connection of its own for the HTTP/2 server.</summary>
internal sealed class SessionConnection : DefaultConnectionContext
{
    private readonly ConnectionContext _outer;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SessionConnection(ConnectionContext outer, IBackupProtocol protocol)
        : base(outer.ConnectionId, outer.Transport, outer.Transport)
    {
        _outer = outer;
        LocalEndPoint = outer.LocalEndPoint;
        RemoteEndPoint = outer.RemoteEndPoint;
        ConnectionClosed = outer.ConnectionClosed;
        Features.Set(protocol);
        Features.Set(outer.Features.Get<IMemoryPoolFeature>());
    }

    /// <summary>Ends when the HTTP/2 server is done with the connection.</summary>
    public Task Completion => _done.Task;

    public override void Abort(ConnectionAbortedException abortReason) => _outer.Abort(abortReason);

    public override ValueTask DisposeAsync()
    {
        _done.TrySetResult();
        return base.DisposeAsync();
    }
}
