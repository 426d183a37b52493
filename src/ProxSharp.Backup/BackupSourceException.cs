namespace ProxSharp.Backup;

/// <summary>What should be backed up cannot be read, or is not what its kind needs. The backup was given up, and the server has no snapshot of it.</summary>
public sealed class BackupSourceException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">What reported it.</param>
    public BackupSourceException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The archive as the server would have stored it, for example <c>disk.img.fidx</c>.</summary>
    public string Archive { get; init; } = "";

    /// <summary>Whether there is nothing at the path.</summary>
    public bool IsMissing => InnerException is FileNotFoundException or DirectoryNotFoundException
        or Files.FileTreeException { Fault: Files.FileTreeFault.Vanished };

    /// <summary>Whether a file is too large for the kind of archive that it was to be.</summary>
    public bool IsTooLarge { get; private init; }

    /// <summary>Whether a directory has more entries than <see cref="Files.DirectoryArchiveOptions.MaxEntries"/> allows.</summary>
    public bool HasTooManyEntries => InnerException is Files.FileTreeException { Fault: Files.FileTreeFault.TooMany };

    internal static BackupSourceException Create(string archive, string why, Exception? innerException = null, bool isTooLarge = false)
        => new($"Unable to back up {archive}: {why.ReplaceLineEndings(" ").TrimEnd('.', ' ')}.", innerException) { Archive = archive, IsTooLarge = isTooLarge };
}
