using System.Buffers;

namespace ProxSharp.Backup.Protocol;

/// <summary>
/// The HTTP/2 connection of a session, as small as it can be, so that another implementation can take its place. Safe for concurrent use. Disposing of it
/// drops the connection; the server then discards a backup that is not finished.
/// </summary>
internal interface IBackupChannel : IAsyncDisposable
{
    /// <summary>The server; for messages.</summary>
    string Host { get; }

    /// <summary>Sends a request and reads its whole answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="output">Takes the body of a successful answer; null reads and drops it.</param>
    /// <param name="cancellationToken">Gives up the request, not the connection.</param>
    /// <exception cref="BackupSessionLostException">The connection broke, now or earlier. It is never opened again.</exception>
    Task<ChannelAnswer> SendAsync(ChannelRequest request, IBufferWriter<byte>? output, CancellationToken cancellationToken);
}
