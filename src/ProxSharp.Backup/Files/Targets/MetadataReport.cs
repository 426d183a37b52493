namespace ProxSharp.Backup.Files.Targets;

/// <summary>Takes what could not be set of one entry's metadata.</summary>
internal sealed class MetadataReport(WarningLog warnings, Func<byte[]> path)
{
    private readonly WarningLog _warnings = warnings;
    private readonly Func<byte[]> _path = path;

    /// <summary>Tells a failure that concerns this entry.</summary>
    internal void Failed(string message) => _warnings.Add(FileWarningKind.Metadata, _path(), message);

    /// <summary>Tells that what was there could not be changed or deleted, and what is there now can be.</summary>
    internal void Unlocked() => Failed("What was there was immutable or append-only. What is there now is not: the archive has it without these attributes.");

    /// <summary>Tells a failure that is the same for all entries, once.</summary>
    internal void NotKept(string message) => _warnings.AddOnce(FileWarningKind.NotKept, "/", message);
}
