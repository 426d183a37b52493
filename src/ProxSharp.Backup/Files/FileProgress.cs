namespace ProxSharp.Backup.Files;

/// <summary>How far a backup or a restore of files has come.</summary>
/// <param name="Entries">Entries that are done.</param>
/// <param name="Bytes">Bytes of content that are done; reused ones count too.</param>
public readonly record struct FileProgress(long Entries, long Bytes);
