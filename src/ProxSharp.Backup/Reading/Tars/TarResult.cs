namespace ProxSharp.Backup.Reading.Tars;

/// <summary>What a tar stream got.</summary>
/// <param name="Entries">How many entries were written.</param>
/// <param name="Length">The length of the stream in bytes.</param>
/// <param name="Skipped">The paths of sockets, which tar cannot hold: at most 1000 of them.</param>
/// <param name="SkippedCount">How many entries were left out because tar cannot hold them.</param>
public sealed record TarResult(long Entries, long Length, IReadOnlyList<string> Skipped, long SkippedCount)
{
    /// <summary>The paths of hard links that do not lead to the file they name, and were left out: at most 1000 of them.</summary>
    public IReadOnlyList<string> Damaged { get; init; } = [];

    /// <summary>How many hard links were left out because they do not lead to the file they name. Default: 0.</summary>
    public long DamagedCount { get; init; }
}
