namespace ProxSharp.Http;

/// <summary>A connection that left HTTP/1.1 behind: what follows the answer 101, in both directions. Disposing of it closes the connection.</summary>
internal sealed class UpgradedConnection : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;

    public UpgradedConnection(HttpResponseMessage response, Stream transport, string host) => (_response, Transport, Host) = (response, transport, host);

    /// <summary>The bytes. What the server sent right behind its answer comes first.</summary>
    public Stream Transport { get; }

    /// <summary>The server; for messages.</summary>
    public string Host { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync().ConfigureAwait(false);
        _response.Dispose();
    }
}
