using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files;

/// <summary>The previous backup of a directory as a split archive: files that did not change since are not read again.</summary>
/// <param name="Metadata">The metadata archive. Its payload need not be open.</param>
/// <param name="PayloadIndex">The index of the payload stream.</param>
public sealed record PreviousArchive(PxarArchive Metadata, DynamicIndex PayloadIndex)
{
    /// <summary>
    /// Whether a file must be read though it looks unchanged, by its path as warnings name it: see <see cref="DirectoryArchiveResult.UnsettledFiles"/>. Null for
    /// no file.
    /// </summary>
    public Predicate<string>? MustRead { get; init; }
}
