using ProxSharp.Backup.Files;

namespace ProxSharp.Backup;

/// <summary>Something that a backup went on after.</summary>
/// <param name="Archive">The archive it concerns; empty for the backup as a whole.</param>
/// <param name="Text">What happened.</param>
public sealed record BackupWarning(string Archive, string Text)
{
    /// <summary>What happened to an entry of a tree; null if it concerns none.</summary>
    public FileWarningKind? Kind { get; init; }

    /// <summary>Returns archive and text.</summary>
    public override string ToString() => Archive.Length == 0 ? Text : $"{Archive}: {Text}";
}
