using System.Buffers;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Reading.Snapshots;

/// <summary>A snapshot as it is stored: its files and its chunks. Disposing it ends the session that it reads with.</summary>
public interface ISnapshotSource : IChunkSource, IAsyncDisposable
{
    /// <summary>The snapshot that was asked for.</summary>
    BackupSnapshotPath Snapshot { get; }

    /// <summary>Where the snapshot comes from, for messages: a datastore of a server, or a directory.</summary>
    string Origin { get; }

    /// <summary>Fetches a file of the snapshot as it is stored. A server gives out only the chunks of indexes that were fetched before.</summary>
    /// <param name="fileName">The stored name, for example <c>root.pxar.didx</c>.</param>
    /// <param name="destination">Takes the bytes; it refuses more than the file can have.</param>
    /// <param name="cancellationToken">Stops fetching.</param>
    /// <exception cref="SnapshotFileNotFoundException">The snapshot has no such file.</exception>
    /// <exception cref="ProxmoxException">The file cannot be fetched.</exception>
    ValueTask DownloadAsync(string fileName, IBufferWriter<byte> destination, CancellationToken cancellationToken = default);
}
