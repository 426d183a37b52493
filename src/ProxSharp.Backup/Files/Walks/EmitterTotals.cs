namespace ProxSharp.Backup.Files.Walks;

/// <summary>What was written so far.</summary>
internal sealed class EmitterTotals
{
    internal long Entries { get; set; }

    internal long Files { get; set; }

    internal long HardLinks { get; set; }

    internal long Bytes { get; set; }

    internal long ReusedFiles { get; set; }

    internal long ReusedBytes { get; set; }

    internal long InjectedChunks { get; set; }

    internal long InjectedBytes { get; set; }

    internal long UsedBytes { get; set; }

    internal UnsettledList Unsettled { get; } = new();
}
