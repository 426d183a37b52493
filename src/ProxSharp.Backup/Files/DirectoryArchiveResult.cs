namespace ProxSharp.Backup.Files;

/// <summary>What an archive of a directory holds.</summary>
public sealed record DirectoryArchiveResult
{
    /// <summary>All entries, the root too.</summary>
    public required long Entries { get; init; }

    /// <summary>Regular files with content of their own.</summary>
    public required long Files { get; init; }

    /// <summary>Further names of files.</summary>
    public required long HardLinks { get; init; }

    /// <summary>The content of all files in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Files whose content was taken from the previous backup without reading them.</summary>
    public required long ReusedFiles { get; init; }

    /// <summary>The content of reused files in bytes.</summary>
    public required long ReusedBytes { get; init; }

    /// <summary>Chunks of the previous backup that were injected.</summary>
    public required long InjectedChunks { get; init; }

    /// <summary>The length of the injected chunks in bytes.</summary>
    public required long InjectedBytes { get; init; }

    /// <summary>How many warnings there were.</summary>
    public required long WarningCount { get; init; }

    /// <summary>The first 1000 warnings.</summary>
    public required IReadOnlyList<FileWarning> Warnings { get; init; }

    /// <summary>
    /// Files whose content in the archive may never have been theirs, because they changed while they were read or could not be read to the end: their paths as
    /// warnings name them. A later backup must not take it over, even if size and times are as they were. Null if there are too many to be named.
    /// </summary>
    public IReadOnlyList<string>? UnsettledFiles { get; init; } = [];

    /// <summary>Bytes of injected chunks that no file uses.</summary>
    public long PaddingBytes { get; init; }
}
