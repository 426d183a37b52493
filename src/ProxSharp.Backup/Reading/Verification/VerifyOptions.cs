using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Verification;

/// <summary>How a snapshot is verified.</summary>
public sealed record VerifyOptions
{
    /// <summary>The defaults: all files, chunks and structure.</summary>
    public static VerifyOptions Default { get; } = new();

    /// <summary>The names of the files to verify; empty for all.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>
    /// Also reads the names and metadata of directory trees and of the catalog from front to back, so that a damaged archive of good chunks is found. Default:
    /// true.
    /// </summary>
    public bool Structure { get; init; } = true;

    /// <summary>Looks up which files of a directory tree lose bytes by damaged chunks. Default: true.</summary>
    public bool FindAffectedPaths { get; init; } = true;

    /// <summary>Told of every chunk; null for nobody.</summary>
    public IProgress<RestoreProgress>? Progress { get; init; }
}
