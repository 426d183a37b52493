using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Files;

/// <summary>
/// Takes the payload stream of a split archive: bytes in order, places where a chunk would do well to end, and chunks of the previous backup that stand in the
/// stream without being read. Calls come one after the other, never at the same time.
/// </summary>
public interface IPayloadSink
{
    /// <summary>Takes the next bytes of the stream.</summary>
    /// <param name="bytes">The bytes; they may be overwritten once the call is over.</param>
    /// <param name="cancellationToken">Stops waiting; the stream cannot be completed then.</param>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default);

    /// <summary>Suggests to end a chunk in front of a file. It comes before the bytes that stand there.</summary>
    /// <param name="position">
    /// The place, in bytes from the start of the whole stream: injected chunks count. It is never before that of an earlier suggestion, and not before what was
    /// written or injected so far.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; the stream cannot be completed then.</param>
    ValueTask BoundaryAsync(long position, CancellationToken cancellationToken = default);

    /// <summary>Puts chunks of the previous payload stream behind what was written so far: the open chunk ends there, however short it is.</summary>
    /// <param name="chunks">The chunks, as the previous payload index has them: 1 to 128, one after the other.</param>
    /// <param name="cancellationToken">Stops waiting; the stream cannot be completed then.</param>
    ValueTask InjectAsync(IReadOnlyList<IndexChunk> chunks, CancellationToken cancellationToken = default);
}
