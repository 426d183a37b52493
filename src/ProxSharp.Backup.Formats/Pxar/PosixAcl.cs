namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>The POSIX ACLs of a file or directory, as far as its mode does not hold them.</summary>
public sealed record PosixAcl
{
    /// <summary>Access entries of named users.</summary>
    public IReadOnlyList<PosixAclEntry> Users { get; init; } = [];

    /// <summary>Access entries of named groups.</summary>
    public IReadOnlyList<PosixAclEntry> Groups { get; init; } = [];

    /// <summary>
    /// The access entry of the owning group; only there if the ACL has a mask, which then stands in the group bits of the mode.
    /// </summary>
    public PosixAclPermissions? GroupObject { get; init; }

    /// <summary>The unnamed entries of the default ACL; null if there is no default ACL. Only directories have one.</summary>
    public PosixAclDefaults? Defaults { get; init; }

    /// <summary>Default entries of named users.</summary>
    public IReadOnlyList<PosixAclEntry> DefaultUsers { get; init; } = [];

    /// <summary>Default entries of named groups.</summary>
    public IReadOnlyList<PosixAclEntry> DefaultGroups { get; init; } = [];

    /// <summary>Whether there is no entry at all.</summary>
    public bool IsEmpty => Users.Count + Groups.Count + DefaultUsers.Count + DefaultGroups.Count == 0 && GroupObject is null && Defaults is null;

    /// <inheritdoc/>
    public bool Equals(PosixAcl? other) => other is not null
        && GroupObject == other.GroupObject
        && Defaults == other.Defaults
        && Users.SequenceEqual(other.Users)
        && Groups.SequenceEqual(other.Groups)
        && DefaultUsers.SequenceEqual(other.DefaultUsers)
        && DefaultGroups.SequenceEqual(other.DefaultGroups);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Users.Count, Groups.Count, GroupObject, Defaults, DefaultUsers.Count, DefaultGroups.Count);
}
