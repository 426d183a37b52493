using ProxSharp.Backup.Formats;

namespace ProxSharp.Backup.Reading.Verification;

/// <summary>A damaged part of a file of a snapshot.</summary>
/// <param name="Problem">What is wrong.</param>
/// <param name="Start">Where the part begins in the archive or image, in bytes.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Digest">The chunk; null if no chunk is to blame.</param>
/// <param name="Message">What was found.</param>
public sealed record FileDamage(ChunkProblem Problem, long Start, long End, Sha256Digest? Digest, string Message)
{
    /// <summary>
    /// The files of the directory tree that lose bytes by it, hard links to them among them, at most 1000. A directory that cannot be read stands with a
    /// slash at its end, for all in it.
    /// </summary>
    public IReadOnlyList<string> AffectedPaths { get; init; } = [];
}
