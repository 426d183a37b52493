using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Runs;

namespace ProxSharp.Backup.Sources;

/// <summary>The previous backup of a directory, open for look-ups.</summary>
internal sealed class PreviousTree : IAsyncDisposable
{
    private PreviousTree(PreviousArchive archive) => Archive = archive;

    /// <summary>The archive.</summary>
    public PreviousArchive Archive { get; }

    public static Task<PreviousTree> OpenAsync(BackupRun run, string name, DynamicIndex metadata, DynamicIndex payload) => throw new NotSupportedException($"{run} {name} {metadata} {payload}");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
