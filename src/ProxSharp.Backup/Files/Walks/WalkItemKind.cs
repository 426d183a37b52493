namespace ProxSharp.Backup.Files.Walks;

/// <summary>What a step of a walk is.</summary>
internal enum WalkItemKind
{
    /// <summary>A directory begins.</summary>
    Enter,

    /// <summary>Anything but a directory.</summary>
    Entry,

    /// <summary>A directory ends.</summary>
    Leave,
}
