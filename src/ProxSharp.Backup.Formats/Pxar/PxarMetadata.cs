namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>All that an archive keeps of an entry besides its name and content. Times of access and creation are not kept.</summary>
public sealed record PxarMetadata
{
    /// <summary>The whole st_mode: type bits and permissions.</summary>
    public required uint Mode { get; init; }

    /// <summary>File attributes. Default: none.</summary>
    public PxarFlags Flags { get; init; }

    /// <summary>The numeric id of the owner. Default: 0.</summary>
    public uint UserId { get; init; }

    /// <summary>The numeric id of the owning group. Default: 0.</summary>
    public uint GroupId { get; init; }

    /// <summary>When the content was changed last.</summary>
    public PxarTimestamp ModificationTime { get; init; }

    /// <summary>Extended attributes, in the order the file system listed them.</summary>
    public IReadOnlyList<PxarXattr> Xattrs { get; init; } = [];

    /// <summary>The ACLs; null if there are none.</summary>
    public PosixAcl? Acl { get; init; }

    /// <summary>The raw value of the attribute <c>security.capability</c>; null if there is none.</summary>
    public ReadOnlyMemory<byte>? FileCapability { get; init; }

    /// <summary>The quota project; null if there is none.</summary>
    public ulong? QuotaProjectId { get; init; }

    /// <summary>The kind that the type bits of the mode name; null if they name none.</summary>
    public PxarEntryKind? Kind => PxarMode.Kind(Mode);

    /// <summary>Creates metadata from a kind and permissions.</summary>
    /// <param name="kind">The kind; not a hard link, which has no metadata.</param>
    /// <param name="permissions">The lower twelve bits of the mode, for example octal 0644.</param>
    /// <exception cref="ArgumentOutOfRangeException">The kind is a hard link, or there are more bits.</exception>
    public static PxarMetadata Create(PxarEntryKind kind, uint permissions)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permissions, ~PxarMode.TypeMask & 0xFFFFu);
        return new() { Mode = PxarMode.Bits(kind) | permissions };
    }

    /// <summary>
    /// Whether a file with this metadata counts as unchanged since an earlier backup: all equal, but of extended attributes only the names.
    /// The official client decides so too. Sizes are compared apart from this.
    /// </summary>
    /// <param name="earlier">The metadata in the earlier backup.</param>
    public bool IsUnchangedSince(PxarMetadata earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return EqualsApartFromXattrs(earlier)
            && Xattrs.Count == earlier.Xattrs.Count
            && Xattrs.Zip(earlier.Xattrs).All(pair => pair.First.Name.Span.SequenceEqual(pair.Second.Name.Span));
    }

    /// <inheritdoc/>
    public bool Equals(PxarMetadata? other) => other is not null && EqualsApartFromXattrs(other) && Xattrs.SequenceEqual(other.Xattrs);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mode, Flags, UserId, GroupId, ModificationTime, Xattrs.Count, QuotaProjectId);

    private bool EqualsApartFromXattrs(PxarMetadata other) => Mode == other.Mode
        && Flags == other.Flags
        && UserId == other.UserId
        && GroupId == other.GroupId
        && ModificationTime == other.ModificationTime
        && QuotaProjectId == other.QuotaProjectId
        && (Acl is { IsEmpty: false } ? Acl : null) == (other.Acl is { IsEmpty: false } ? other.Acl : null)
        && FileCapability.HasValue == other.FileCapability.HasValue
        && FileCapability.GetValueOrDefault().Span.SequenceEqual(other.FileCapability.GetValueOrDefault().Span);
}
