using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>
/// Knows which chunks of an index hold only zeros, by their digests: sparse images name one such chunk thousands of times, and it need not
/// be fetched once.
/// </summary>
internal sealed class ZeroChunks
{
    private const int MostLengths = 4;
    private readonly Dictionary<long, Sha256Digest> _digests = [];

    private ZeroChunks()
    {
    }

    /// <summary>For readers that must see every chunk.</summary>
    public static ZeroChunks None { get; } = new();

    public static ZeroChunks Find(IChunkIndex index, CryptConfig? key)
    {
        ZeroChunks zeros = new();
        IndexChunk previous = default;
        for (int i = 0; i < index.Count && zeros._digests.Count < MostLengths; i++)
        {
            IndexChunk chunk = index[i];
            // Only what stands twice in a row is worth the digest of so many zeros.
            bool repeats = chunk.Length == previous.Length && chunk.Digest == previous.Digest;
            if (repeats && chunk.Length <= DataBlob.MaxChunkSize && !zeros._digests.ContainsKey(chunk.Length))
                zeros._digests.Add(chunk.Length, ChunkDigest.Compute(new byte[chunk.Length], key));
            previous = chunk;
        }

        return zeros;
    }

    public bool Contains(IndexChunk chunk) => _digests.TryGetValue(chunk.Length, out Sha256Digest digest) && digest == chunk.Digest;
}
