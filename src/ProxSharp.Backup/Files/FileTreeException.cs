namespace ProxSharp.Backup.Files;

/// <summary>A file system refused something, and the backup or restore could not go on without it.</summary>
public sealed class FileTreeException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="fault">What went wrong.</param>
    /// <param name="path">The path or name of the entry.</param>
    /// <param name="message">What happened, as a sentence.</param>
    /// <param name="innerException">What was thrown below; null for nothing.</param>
    public FileTreeException(FileTreeFault fault, string path, string message, Exception? innerException = null)
        : base(message, innerException) => (Fault, Path) = (fault, path);

    /// <summary>What went wrong.</summary>
    public FileTreeFault Fault { get; }

    /// <summary>The path or name of the entry.</summary>
    public string Path { get; }
}
