namespace ProxSharp.Backup;

/// <summary>How much a source would give to back up, counted without reading contents.</summary>
/// <param name="Entries">Entries of a directory with all below it; 1 for anything else.</param>
/// <param name="Files">Regular files with content of their own; 1 for anything but a directory.</param>
/// <param name="Bytes">The content of all files in bytes; null if the source cannot tell.</param>
/// <param name="WarningCount">How many entries cannot be read or are left out with a warning.</param>
public sealed record BackupSourceSize(long Entries, long Files, long? Bytes, long WarningCount);
