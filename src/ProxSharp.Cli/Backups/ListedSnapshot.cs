using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary>A snapshot of a group.</summary>
internal sealed class ListedSnapshot(BackupSnapshotPath path, bool isFinished)
{
    /// <summary>Which one.</summary>
    public BackupSnapshotPath Path => path;

    /// <summary>Whether it has a manifest, which may be damaged.</summary>
    public bool IsFinished => isFinished;
}
