using System.Buffers;
using ProxSharp.Backup.Formats;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>Where chunks come from: a session with a server, or a chunk store on disk. Several chunks may be asked for at once.</summary>
public interface IChunkSource
{
    /// <summary>Fetches the blob of a chunk as it is stored. Whoever asks verifies it.</summary>
    /// <param name="digest">The digest that names the chunk.</param>
    /// <param name="destination">Takes the bytes of the blob. It refuses more than a chunk can have.</param>
    /// <param name="cancellationToken">Stops fetching.</param>
    /// <exception cref="MissingChunkException">There is no such chunk.</exception>
    /// <exception cref="ProxmoxException">The chunk cannot be fetched.</exception>
    ValueTask ReadChunkAsync(Sha256Digest digest, IBufferWriter<byte> destination, CancellationToken cancellationToken = default);
}
