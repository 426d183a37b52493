using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;

namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>Tells what differs between two entries of one name, as far as both sides know it.</summary>
internal static class EntryComparer
{
    private const uint Permissions = 0xFFF;

    public static ChangedParts Compare(ArchiveEntry older, ArchiveEntry newer)
    {
        if (older.Kind != newer.Kind)
            return ChangedParts.Kind;
        ChangedParts parts = ChangedParts.None;
        if (older.Kind == PxarEntryKind.File && older.Length != newer.Length)
            parts |= ChangedParts.Length;
        if (TimeDiffers(older, newer))
            parts |= ChangedParts.ModificationTime;
        if (older.Metadata is { } before && newer.Metadata is { } after)
            parts |= CompareMetadata(before, after) | CompareTargets(older, newer);
        return parts;
    }

    private static bool TimeDiffers(ArchiveEntry older, ArchiveEntry newer)
    {
        if (older.ModificationTime is not { } before || newer.ModificationTime is not { } after)
            return false;
        // A catalog has whole seconds.
        bool exact = older.Metadata is not null && newer.Metadata is not null;
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
        older.LinkTarget.Span.SequenceEqual(newer.LinkTarget.Span) && older.DeviceMajor == newer.DeviceMajor && older.DeviceMinor == newer.DeviceMinor
            ? ChangedParts.None
            : ChangedParts.Target;
}
