using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>Tells whether a file of Linux has the metadata of an archive already.</summary>
internal static class LinuxMetadataCheck
{
    /// <summary>Compares what a restore would set.</summary>
    /// <param name="handle">The file, open.</param>
    /// <param name="wanted">The metadata of the archive.</param>
    /// <param name="parts">Which of them count; the time always does.</param>
    /// <returns>False as well if that cannot be seen.</returns>
    public static bool Has(Descriptor handle, PxarMetadata wanted, MetadataParts parts)
    {
        if (wanted.QuotaProjectId is not null && parts.HasFlag(MetadataParts.Project))
            return false;
        // Only root gives files away. Others would write them anew at each attempt, and never get there.
        if (Libc.EffectiveUser() != 0)
            parts &= ~MetadataParts.Ownership;
        bool isSeen = true;
        PxarMetadata there = new LinuxMetadataReader(handle, LinuxNode.ToStat(handle.Stat()), 0, _ => isSeen = false).Read(parts & ~MetadataParts.Project);
        return Normalize(there, there, parts) == Normalize(wanted, there, parts) && isSeen;
    }

    // What does not count is as it is. The bits that lend the owner's rights come with the owner only.
    private static PxarMetadata Normalize(PxarMetadata metadata, PxarMetadata there, MetadataParts parts) => metadata with
    {
        Mode = !parts.HasFlag(MetadataParts.Permissions) ? there.Mode
            : parts.HasFlag(MetadataParts.Ownership) ? metadata.Mode
            : metadata.Mode & ~LinuxMetadataWriter.SetIdBits,
        UserId = parts.HasFlag(MetadataParts.Ownership) ? metadata.UserId : there.UserId,
        GroupId = parts.HasFlag(MetadataParts.Ownership) ? metadata.GroupId : there.GroupId,
        Flags = parts.HasFlag(MetadataParts.Flags) ? FileAttributeBits.FromLinux(FileAttributeBits.ToLinux(metadata.Flags)) : PxarFlags.None,
        Xattrs = parts.HasFlag(MetadataParts.Xattrs)
            ? [.. metadata.Xattrs.OrderBy(static xattr => Convert.ToHexString(xattr.Name.Span), StringComparer.Ordinal)]
            : [],
        FileCapability = parts.HasFlag(MetadataParts.Capabilities) ? metadata.FileCapability : null,
        Acl = parts.HasFlag(MetadataParts.Acls) ? metadata.Acl : null,
        QuotaProjectId = null,
    };
}
