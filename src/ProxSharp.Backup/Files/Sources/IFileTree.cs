namespace ProxSharp.Backup.Files.Sources;

/// <summary>Reads trees of files: the one of the system, or one of a test.</summary>
internal interface IFileTree
{
    /// <summary>What this system cannot read of its files, as a sentence; null if nothing is missing.</summary>
    string? Limits { get; }

    /// <summary>Opens the root of a tree. Links on the way are followed.</summary>
    /// <exception cref="FileTreeException">There is nothing, or it cannot be read.</exception>
    IFileNode OpenRoot(string path);
}
