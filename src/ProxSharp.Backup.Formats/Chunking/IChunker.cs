namespace ProxSharp.Backup.Formats.Chunking;

/// <summary>Finds where a stream is cut into chunks.</summary>
public interface IChunker
{
    /// <summary>Looks for the end of the current chunk in the bytes that follow those of earlier calls.</summary>
    /// <param name="data">The next bytes of the stream. If a cut is found, the next call starts with the bytes behind it.</param>
    /// <returns>How many of the bytes belong to the current chunk, which then is complete; 0 if all do and it goes on.</returns>
    int Scan(ReadOnlySpan<byte> data);

    /// <summary>Starts a new chunk with the next byte, whatever came before.</summary>
    void Reset();
}
