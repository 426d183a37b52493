namespace ProxSharp.Backup.Formats.Indexes;

/// <summary>One chunk of an archive.</summary>
/// <param name="Start">Where the chunk begins in the archive, in bytes.</param>
/// <param name="End">Where the next chunk begins.</param>
/// <param name="Digest">The digest that names the chunk.</param>
public readonly record struct IndexChunk(long Start, long End, Sha256Digest Digest)
{
    /// <summary>The length of the chunk's data in bytes.</summary>
    public long Length => End - Start;
}
