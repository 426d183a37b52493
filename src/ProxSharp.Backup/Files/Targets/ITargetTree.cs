namespace ProxSharp.Backup.Files.Targets;

/// <summary>Where entries are restored to.</summary>
internal interface ITargetTree
{
    /// <summary>What this system cannot restore, as a sentence; null if nothing is missing.</summary>
    string? Limits { get; }

    /// <summary>Opens a directory, and creates it if need be. Links on the way are followed.</summary>
    /// <exception cref="FileTreeException">It cannot be created or opened.</exception>
    ITargetDirectory OpenRoot(string path);
}
