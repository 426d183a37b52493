using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>Feeds upgraded connections to a server that believes it listens for them.</summary>
internal sealed class SessionListener : IConnectionListenerFactory, IConnectionListener
{
    private readonly Channel<ConnectionContext> _connections = Channel.CreateUnbounded<ConnectionContext>();

    public EndPoint EndPoint { get; private set; } = new IPEndPoint(IPAddress.Loopback, 0);

    /// <summary>Hands a connection over; returns false if the server has stopped.</summary>
    public bool Offer(ConnectionContext connection) => _connections.Writer.TryWrite(connection);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        EndPoint = endpoint;
        return ValueTask.FromResult<IConnectionListener>(this);
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _connections.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_connections.Reader.TryRead(out ConnectionContext? connection))
            {
                return connection;
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _connections.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }
}
