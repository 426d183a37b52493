using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;

namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>
/// Tells what differs between two entries of one name: what all metadata tell, or only what catalogs know. Where entries come from does not matter
/// for it, so that the same change is told of every kind of archive.
/// </summary>
internal static class EntryComparer
{
    private const uint Permissions = 0xFFF;

    /// <param name="older">The entry of the older side.</param>
    /// <param name="newer">The entry of the newer side.</param>
    /// <param name="withMetadata">Whether all metadata count, or only lengths and times of files as catalogs have them.</param>
    /// <param name="followsLinks">
    /// Whether a hard link counts as the file that it leads to. Which name of a file is the link depends on the order of the walk only.
    /// </param>
    public static ChangedParts Compare(ArchiveEntry older, ArchiveEntry newer, bool withMetadata, bool followsLinks)
    {
        if (older.Kind != newer.Kind && !(followsLinks && HasContent(older) && HasContent(newer)))
            return ChangedParts.Kind;
        ChangedParts parts = ChangedParts.None;
        if (KnowsLength(older, withMetadata) && KnowsLength(newer, withMetadata) && older.Length != newer.Length)
            parts |= ChangedParts.Length;
        if (TimeDiffers(older, newer, withMetadata))
            parts |= ChangedParts.ModificationTime;
        if (withMetadata && older.Metadata is { } before && newer.Metadata is { } after)
            parts |= CompareMetadata(before, after) | CompareTargets(older, newer);
        return parts;
    }

    /// <summary>Whether it is a file or another name of one.</summary>
    public static bool HasContent(ArchiveEntry entry) => entry.Kind is PxarEntryKind.File or PxarEntryKind.HardLink;

    // A catalog does not tell the length of what a hard link leads to.
    private static bool KnowsLength(ArchiveEntry entry, bool withMetadata) =>
        entry.Kind == PxarEntryKind.File || (withMetadata && entry.Kind == PxarEntryKind.HardLink && entry.Metadata is not null);

    private static bool TimeDiffers(ArchiveEntry older, ArchiveEntry newer, bool withMetadata)
    {
        // Catalogs have times of files only.
        if (!withMetadata && (older.Kind != PxarEntryKind.File || newer.Kind != PxarEntryKind.File))
            return false;
        if (older.ModificationTime is not { } before || newer.ModificationTime is not { } after)
            return false;
        // And those in whole seconds.
        bool exact = withMetadata && older.Metadata is not null && newer.Metadata is not null;
        return exact ? before != after : before.Seconds != after.Seconds;
    }

    private static ChangedParts CompareMetadata(PxarMetadata before, PxarMetadata after)
    {
        ChangedParts parts = ChangedParts.None;
        if ((before.Mode & Permissions) != (after.Mode & Permissions))
            parts |= ChangedParts.Mode;
        if (before.UserId != after.UserId || before.GroupId != after.GroupId)
            parts |= ChangedParts.Owner;
        // All else that metadata hold: what still differs when mode, owner and time are made equal.
        PxarMetadata leveled = before with { Mode = after.Mode, UserId = after.UserId, GroupId = after.GroupId, ModificationTime = after.ModificationTime };
        return leveled == after ? parts : parts | ChangedParts.Attributes;
    }

    private static ChangedParts CompareTargets(ArchiveEntry older, ArchiveEntry newer) =>
        older.Kind != newer.Kind
        || (older.LinkTarget.Span.SequenceEqual(newer.LinkTarget.Span) && older.DeviceMajor == newer.DeviceMajor && older.DeviceMinor == newer.DeviceMinor)
            ? ChangedParts.None
            : ChangedParts.Target;
}
