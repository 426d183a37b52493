namespace ProxSharp.Backup.Formats.Indexes;

/// <summary>The list of chunks that make up an archive.</summary>
public interface IChunkIndex
{
    /// <summary>The length of the archive in bytes.</summary>
    long Size { get; }

    /// <summary>The number of chunks.</summary>
    int Count { get; }

    /// <summary>The SHA-256 of all entries: the checksum that a manifest names.</summary>
    Sha256Digest Checksum { get; }

    /// <summary>The chunk at a position of the list.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is none.</exception>
    IndexChunk this[int position] { get; }

    /// <summary>Finds the chunk that holds a byte of the archive.</summary>
    /// <param name="offset">The byte, counted from the start of the archive.</param>
    /// <returns>The position of the chunk in the list.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The archive has no such byte.</exception>
    int FindChunk(long offset);
}
