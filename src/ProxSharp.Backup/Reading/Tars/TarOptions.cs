using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Reading.Tars;

/// <summary>What of a directory tree goes into a tar stream.</summary>
public sealed record TarOptions
{
    /// <summary>The defaults: everything.</summary>
    public static TarOptions Default { get; } = new();

    /// <summary>
    /// Takes only what these match, and all that directories hold which they match; of several that match the last one decides, and one that begins with
    /// <c>!</c> leaves out. Only the parts of the archive that are needed are fetched. Default: none, which takes everything.
    /// </summary>
    public IReadOnlyList<PathPattern> Patterns { get; init; } = [];

    /// <summary>Told of every MiB; null for nobody.</summary>
    public IProgress<RestoreProgress>? Progress { get; init; }
}
