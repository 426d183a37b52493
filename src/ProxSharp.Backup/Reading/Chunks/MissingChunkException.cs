using ProxSharp.Backup.Formats;

namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>A chunk that an index names is not there: data of the backup is lost.</summary>
public sealed class MissingChunkException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is missing.</param>
    /// <param name="digest">The digest of the chunk.</param>
    /// <param name="innerException">The cause, if another exception reported it.</param>
    public MissingChunkException(string message, Sha256Digest digest, Exception? innerException = null)
        : base(message, innerException) => Digest = digest;

    /// <summary>The digest of the chunk.</summary>
    public Sha256Digest Digest { get; }

    /// <summary>Where in the archive the chunk would begin, in bytes; null if that is not known.</summary>
    public long? Offset { get; init; }
}
