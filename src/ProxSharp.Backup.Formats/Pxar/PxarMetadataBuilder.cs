namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>Gathers metadata items, in any order, into metadata.</summary>
internal sealed class PxarMetadataBuilder(PxarMetadata stat)
{
    private readonly PxarMetadata _stat = stat;
    private List<PxarXattr>? _xattrs;
    private List<PosixAclEntry>? _users;
    private List<PosixAclEntry>? _groups;
    private List<PosixAclEntry>? _defaultUsers;
    private List<PosixAclEntry>? _defaultGroups;
    private PosixAclPermissions? _groupObject;
    private PosixAclDefaults? _defaults;
    private ReadOnlyMemory<byte>? _capability;
    private ulong? _projectId;
    private bool _hasAcl;

    internal static PxarMetadata ReadStat(ReadOnlySpan<byte> content, long position)
    {
        ulong mode = PxarFormat.ReadUInt64(content, 0);
        if (mode > 0xFFFF || PxarMode.Kind((uint)mode) is null)
            throw PxarFormat.Malformed(position, $"the mode {mode:x} is of no known kind");
        return new()
        {
            Mode = (uint)mode,
            Flags = (PxarFlags)PxarFormat.ReadUInt64(content, 8),
            UserId = PxarFormat.ReadUInt32(content, 16),
            GroupId = PxarFormat.ReadUInt32(content, 20),
            ModificationTime = ReadTime(content, position),
        };
    }

    internal void Add(ulong type, ReadOnlySpan<byte> content, long position)
    {
        switch (type)
        {
            case PxarFormat.Xattr:
                (_xattrs ??= []).Add(ReadXattr(content, position));
                break;
            case PxarFormat.FileCapability:
                Once(_capability is null, position);
                _capability = content.ToArray();
                break;
            case PxarFormat.QuotaProjectId:
                Once(_projectId is null, position);
                _projectId = PxarFormat.ReadUInt64(content, 0);
                break;
            default:
                _hasAcl = true;
                AddAcl(type, content, position);
                break;
        }
    }

    internal PxarMetadata Build() => _stat with
    {
        Xattrs = _xattrs ?? _stat.Xattrs,
        FileCapability = _capability,
        QuotaProjectId = _projectId,
        Acl = !_hasAcl ? null : new()
        {
            Users = _users ?? [],
            Groups = _groups ?? [],
            GroupObject = _groupObject,
            Defaults = _defaults,
            DefaultUsers = _defaultUsers ?? [],
            DefaultGroups = _defaultGroups ?? [],
        },
    };

    private static PxarTimestamp ReadTime(ReadOnlySpan<byte> content, long position)
    {
        if (content.Length == PxarFormat.StatV1Size)
        {
            (ulong whole, ulong rest) = Math.DivRem(PxarFormat.ReadUInt64(content, 24), PxarTimestamp.NanosecondsPerSecond);
            return new((long)whole, (uint)rest);
        }

        uint nanoseconds = PxarFormat.ReadUInt32(content, 32);
        if (nanoseconds >= PxarTimestamp.NanosecondsPerSecond)
            throw PxarFormat.Malformed(position, $"a second has no {nanoseconds} nanoseconds");
        return new((long)PxarFormat.ReadUInt64(content, 24), nanoseconds);
    }

    private static PxarXattr ReadXattr(ReadOnlySpan<byte> content, long position)
    {
        int end = content.IndexOf((byte)0);
        if (end is < 1 or > 255)
            throw PxarFormat.Malformed(position, "the extended attribute has no valid name");
        return new(content[..end].ToArray(), content[(end + 1)..].ToArray());
    }

    private static PosixAclEntry ReadAclEntry(ReadOnlySpan<byte> content) =>
        new(PxarFormat.ReadUInt64(content, 0), (PosixAclPermissions)PxarFormat.ReadUInt64(content, 8));

    private static void Once(bool first, long position)
    {
        if (!first)
            throw PxarFormat.Malformed(position, "this metadata item stands twice");
    }

    private void AddAcl(ulong type, ReadOnlySpan<byte> content, long position)
    {
        switch (type)
        {
            case PxarFormat.AclUser:
                (_users ??= []).Add(ReadAclEntry(content));
                break;
            case PxarFormat.AclGroup:
                (_groups ??= []).Add(ReadAclEntry(content));
                break;
            case PxarFormat.AclDefaultUser:
                (_defaultUsers ??= []).Add(ReadAclEntry(content));
                break;
            case PxarFormat.AclDefaultGroup:
                (_defaultGroups ??= []).Add(ReadAclEntry(content));
                break;
            case PxarFormat.AclGroupObject:
                Once(_groupObject is null, position);
                _groupObject = (PosixAclPermissions)PxarFormat.ReadUInt64(content, 0);
                break;
            default:
                Once(_defaults is null, position);
                _defaults = new(ReadOptional(content, 0), ReadOptional(content, 8), ReadOptional(content, 16), ReadOptional(content, 24));
                break;
        }
    }

    private static PosixAclPermissions? ReadOptional(ReadOnlySpan<byte> content, int offset) =>
        PxarFormat.ReadUInt64(content, offset) is var value && value == PxarFormat.AclAbsent ? null : (PosixAclPermissions)value;
}
