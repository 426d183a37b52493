using System.Buffers;
using Microsoft.Win32.SafeHandles;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>The chunk store of a datastore on this machine: <c>.chunks/abcd/abcd…</c> below its directory.</summary>
public sealed class ChunkStoreDirectory : IChunkSource
{
    private const int BlockSize = 1 << 20;
    private readonly string _chunks;

    /// <summary>Takes the directory of a datastore. Nothing is read yet.</summary>
    /// <param name="datastore">The directory that holds <c>.chunks</c>.</param>
    public ChunkStoreDirectory(string datastore)
    {
        ArgumentException.ThrowIfNullOrEmpty(datastore);
        _chunks = Path.Combine(datastore, ".chunks");
    }

    /// <summary>Where the file of a chunk is, or would be.</summary>
    /// <param name="digest">The digest of the chunk.</param>
    public string GetPath(Sha256Digest digest)
    {
        string name = digest.ToString();
        return Path.Combine(_chunks, name[..4], name);
    }

    /// <inheritdoc/>
    public async ValueTask ReadChunkAsync(Sha256Digest digest, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using SafeFileHandle file = Open(digest);
        long length = RandomAccess.GetLength(file);
        if (length > DataBlob.MaxUploadSize)
        {
            throw new ProxmoxProtocolException(FormattableString.Invariant(
                $"The file of the chunk {digest} has {length} bytes; a chunk has {DataBlob.MaxUploadSize} at most."));
        }

        for (long position = 0; ;)
        {
            int room = (int)Math.Clamp(length - position, 1, BlockSize);
            int read = await RandomAccess.ReadAsync(file, destination.GetMemory(room), position, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            destination.Advance(read);
            position += read;
        }
    }

    private SafeFileHandle Open(Sha256Digest digest)
    {
        string path = GetPath(digest);
        try
        {
            return OpenFile.Read(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MissingChunkException($"The chunk {digest} is not in the chunk store: there is no {path}.", digest, exception);
        }
    }
}
