namespace ProxSharp.Backup.Files;

/// <summary>What a restore into a directory did.</summary>
public sealed record TreeExtractResult
{
    /// <summary>Entries that are as in the archive now, directories too.</summary>
    public required long Entries { get; init; }

    /// <summary>Regular files among them.</summary>
    public required long Files { get; init; }

    /// <summary>The content of these files in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Files among them that were there already with the same content.</summary>
    public required long KeptFiles { get; init; }

    /// <summary>Entries that existed and were left as they are.</summary>
    public required long SkippedEntries { get; init; }

    /// <summary>Entries that are damaged in the archive, and were left out. Default: 0.</summary>
    public long DamagedEntries { get; init; }

    /// <summary>What would be done, if nothing was; all else counts what would be then, with what is compared. Null after a restore.</summary>
    public RestorePreview? Preview { get; init; }

    /// <summary>How many warnings there were.</summary>
    public required long WarningCount { get; init; }

    /// <summary>The first 1000 warnings.</summary>
    public required IReadOnlyList<FileWarning> Warnings { get; init; }
}
