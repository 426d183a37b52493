using System.Runtime.InteropServices;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>
/// Sets the metadata of one entry of Linux, in the order that loses nothing: a new owner takes away set-user-ID bits and capabilities, and attributes such as
/// "immutable" forbid all else.
/// </summary>
internal sealed class LinuxMetadataWriter(Descriptor handle, PxarMetadata metadata, MetadataParts parts, MetadataReport report)
{
    /// <summary>The set-user-ID and set-group-ID bits.</summary>
    internal const uint SetIdBits = 0xC00;

    private const nuint GetFlags = 0x80086601;
    private const nuint SetFlags = 0x40086602;
    private const nuint GetFatFlags = 0x80047210;
    private const nuint SetFatFlags = 0x40047211;
    private const nuint GetXfsAttributes = 0x801c581f;
    private const nuint SetXfsAttributes = 0x401c5820;
    private const long Omit = 0x3ffffffe;
    private const uint ModeBits = 0xFFF;

    private static readonly byte[] Empty = [0];
    private static readonly byte[] CapabilityName = [.. "security.capability\0"u8];
    private static readonly byte[] AccessAcl = [.. "system.posix_acl_access\0"u8];
    private static readonly byte[] DefaultAcl = [.. "system.posix_acl_default\0"u8];

    private readonly Descriptor _handle = handle;
    private readonly PxarMetadata _metadata = metadata;
    private readonly MetadataParts _parts = parts;
    private readonly MetadataReport _report = report;

    private bool IsDirectory => _metadata.Kind == PxarEntryKind.Directory;

    /// <summary>Sets all but file attributes of a file or directory that is open for reading or writing.</summary>
    internal void ApplyToOpen()
    {
        bool isOwner = ApplyOwner(_handle, Empty, Libc.EmptyPath);
        ApplyXattrs();
        ApplyAcl(
            (attribute, value) => Libc.SetXattr(_handle, attribute, value, value.Length, 0),
            attribute => Libc.GetXattr(_handle, attribute, default, 0) > 0 ? Libc.RemoveXattr(_handle, attribute) : 0,
            HasXattr);
        ApplyProject();
        if (_parts.HasFlag(MetadataParts.Permissions))
        {
            uint mode = Mode(isOwner);
            Check(Libc.ChangeMode(_handle, mode), "set the permissions", () => (_handle.Stat().Mode & ModeBits) == mode);
        }

        Check(Libc.SetTimes(_handle, Times()), "set the time of modification", HasTime);
    }

    /// <summary>Sets what a link, device, pipe or socket can have.</summary>
    /// <param name="directory">Its directory.</param>
    /// <param name="name">Its name with a closing NUL.</param>
    internal void ApplyToPlace(Descriptor directory, byte[] name)
    {
        bool isOwner = ApplyOwner(directory, name, Libc.SymlinkNoFollow);
        if (_metadata.Kind != PxarEntryKind.Symlink)
        {
            byte[] path = _handle.ProcPath;
            ApplyAcl(
                (attribute, value) => Libc.SetXattr(path, attribute, value, value.Length, 0),
                attribute => Libc.GetXattr(path, attribute, default, 0) > 0 ? Libc.RemoveXattr(path, attribute) : 0,
                static (_, _) => false);
            if (_parts.HasFlag(MetadataParts.Permissions))
                Check(Libc.ChangeMode(path, Mode(isOwner)), "set the permissions");
        }

        Check(Libc.SetTimes(directory, name, Times(), Libc.SymlinkNoFollow), "set the time of modification");
    }

    /// <summary>Sets some of the file attributes; others stay.</summary>
    internal void ApplyFlags(PxarFlags which)
    {
        if (!_parts.HasFlag(MetadataParts.Flags))
            return;
        uint mask = FileAttributeBits.ToLinux((PxarFlags)((ulong)which & 0xffffffff)) & FileAttributeBits.LinuxMask;
        uint wanted = FileAttributeBits.ToLinux(_metadata.Flags) & mask;
        long current = 0;
        if (Libc.Control(_handle, GetFlags, ref current) == 0)
        {
            long changed = ((uint)current & ~mask) | wanted;
            if (changed != (uint)current)
            {
                int result = Libc.Control(_handle, SetFlags, ref changed);
                Check(result, "set file attributes");
                if (result == 0 && LinuxLock.IsLost((uint)current, (uint)changed))
                    _report.Unlocked();
            }
        }

        // FAT has its own.
        if ((which & PxarFlags.Archive) != 0 && FileAttributeBits.ToFat(_metadata.Flags) != 0 && Libc.Control(_handle, GetFatFlags, ref current) == 0)
        {
            long fat = ((uint)current & ~FileAttributeBits.FatMask) | FileAttributeBits.ToFat(_metadata.Flags);
            Check(Libc.Control(_handle, SetFatFlags, ref fat), "set file attributes");
        }
    }

    private bool ApplyOwner(Descriptor directory, byte[] name, int flags)
    {
        if (!_parts.HasFlag(MetadataParts.Ownership))
            return false;
        if (Libc.ChangeOwner(directory, name, _metadata.UserId, _metadata.GroupId, flags) == 0)
            return true;
        int error = Marshal.GetLastPInvokeError();
        // What is immutable or append-only refuses even the owner that it has.
        if (error == Errno.NotPermitted && IsOwned())
            return true;
        if (error == Errno.NotPermitted && IsLocked())
        {
            // That is so for this entry only, and not for all of the file system.
            _report.Failed($"Unable to set the owner {_metadata.UserId}:{_metadata.GroupId}: what is there is immutable or append-only.");
        }
        else if (error == Errno.NotPermitted)
        {
            // The group may still be one of ours.
            _ = Libc.ChangeOwner(directory, name, uint.MaxValue, _metadata.GroupId, flags);
            _report.NotKept(Libc.EffectiveUser() != 0
                ? "Owners of other users' files are not restored: only root may do that."
                : "Owners are not restored: the file system of the target refuses them.");
        }
        else
        {
            _report.Failed($"Unable to set the owner {_metadata.UserId}:{_metadata.GroupId}: {Descriptor.Describe(error)}.");
        }

        return false;
    }

    private bool IsOwned()
    {
        StatxBuffer there = _handle.Stat();
        return there.UserId == _metadata.UserId && there.GroupId == _metadata.GroupId;
    }

    private bool IsLocked()
    {
        long flags = 0;
        return Libc.Control(_handle, GetFlags, ref flags) == 0
            && (FileAttributeBits.FromLinux((uint)flags) & (PxarFlags.Immutable | PxarFlags.Append)) != 0;
    }

    private uint Mode(bool isOwner)
    {
        uint mode = _metadata.Mode & ModeBits;
        if (isOwner || IsDirectory || (mode & SetIdBits) == 0)
            return mode;
        // They would lend the rights of somebody else than intended.
        _report.Failed("The set-user-ID and set-group-ID bits are left out, because the owner was not restored.");
        return mode & ~SetIdBits;
    }

    private long[] Times() => [0, Omit, _metadata.ModificationTime.Seconds, _metadata.ModificationTime.Nanoseconds];

    private void ApplyXattrs()
    {
        if (!_parts.HasFlag(MetadataParts.Xattrs))
            return;
        RemoveOthers();
        foreach (PxarXattr xattr in _metadata.Xattrs)
        {
            if (IsKept(xattr.Name.Span))
                Set(Libc.Text(xattr.Name.Span), xattr.Value, PxarName.Text(xattr.Name.Span));
            else
                _report.Failed($"The attribute {PxarName.Text(xattr.Name.Span)} is of a name space that archives must not set.");
        }

        if (_metadata.FileCapability is { } capability && _parts.HasFlag(MetadataParts.Capabilities))
            Set(CapabilityName, capability, "the file capability");
    }

    // What existed before keeps nothing that the archive has not. Of attributes that archives do not hold it cannot tell, so they stay.
    private void RemoveOthers()
    {
        foreach (byte[] name in XattrNames.List(_handle) ?? [])
        {
            ReadOnlySpan<byte> plain = name.AsSpan(0, name.Length - 1);
            bool isCapability = plain.SequenceEqual("security.capability"u8);
            bool isExtra = isCapability
                ? _metadata.FileCapability is null && _parts.HasFlag(MetadataParts.Capabilities)
                : IsKept(plain) && !Has(plain);
            if (isExtra && Libc.RemoveXattr(_handle, name) != 0 && Marshal.GetLastPInvokeError() != Errno.NoData)
                Check(-1, $"remove {PxarName.Text(plain)}");
        }
    }

    private bool Has(ReadOnlySpan<byte> name)
    {
        foreach (PxarXattr xattr in _metadata.Xattrs)
        {
            if (xattr.Name.Span.SequenceEqual(name))
                return true;
        }

        return false;
    }

    // An archive must not bring attributes that the official client would not keep, such as labels of security modules.
    private static bool IsKept(ReadOnlySpan<byte> name) =>
        name.StartsWith("user."u8) || name.StartsWith("trusted."u8) || name.SequenceEqual("security.NTACL"u8);

    private bool HasTime()
    {
        StatxBuffer there = _handle.Stat();
        return there.ModificationSeconds == _metadata.ModificationTime.Seconds && there.ModificationNanoseconds == _metadata.ModificationTime.Nanoseconds;
    }

    private bool HasXattr(byte[] name, ReadOnlySpan<byte> value)
    {
        // One more byte: what is longer is something else.
        byte[] there = new byte[value.Length + 1];
        return Libc.GetXattr(_handle, name, there, there.Length) is var length and >= 0 && value.SequenceEqual(there.AsSpan(0, (int)length));
    }

    private void ApplyAcl(AttributeSetter set, Func<byte[], int> remove, AttributeCheck has)
    {
        if (!_parts.HasFlag(MetadataParts.Acls))
            return;
        PosixAcl acl = _metadata.Acl ?? new();
        ApplyAcl(AccessAcl, PosixAclText.WriteAccess(acl, _metadata.Mode), set, remove, has);
        if (IsDirectory)
            ApplyAcl(DefaultAcl, PosixAclText.WriteDefault(acl), set, remove, has);
    }

    private void ApplyAcl(byte[] name, byte[]? value, AttributeSetter set, Func<byte[], int> remove, AttributeCheck has)
    {
        // A directory that exists may have given its default ACL to what was created in it.
        Check(value is null ? remove(name) : set(name, value), "set the ACL", () => value is not null && has(name, value));
    }

    private void ApplyProject()
    {
        if (_metadata.QuotaProjectId is not { } project || !_parts.HasFlag(MetadataParts.Project))
            return;
        XfsAttributes attributes = default;
        bool done = Libc.Control(_handle, GetXfsAttributes, ref attributes) == 0;
        attributes.ProjectId = (uint)project;
        if (!done || Libc.Control(_handle, SetXfsAttributes, ref attributes) != 0)
            Check(-1, "set the quota project");
    }

    private void Set(byte[] name, ReadOnlyMemory<byte> value, string what) =>
        Check(Libc.SetXattr(_handle, name, value.Span, value.Length, 0), $"set {what}", () => HasXattr(name, value.Span));

    private void Check(int result, string action, Func<bool>? isRight = null)
    {
        if (result == 0)
            return;
        int error = Marshal.GetLastPInvokeError();
        if (error == Errno.NotPermitted && isRight?.Invoke() == true)
            return;
        if (error == Errno.NotSupported)
            _report.NotKept($"The file system of the target cannot {action}: {Descriptor.Describe(error)}.");
        else
            _report.Failed($"Unable to {action}: {Descriptor.Describe(error)}.");
    }

    private delegate int AttributeSetter(byte[] name, byte[] value);

    private delegate bool AttributeCheck(byte[] name, ReadOnlySpan<byte> value);
}
