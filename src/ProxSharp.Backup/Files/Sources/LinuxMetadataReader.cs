using System.Runtime.InteropServices;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Sources;

/// <summary>Reads all metadata of one entry of Linux that archives keep.</summary>
internal sealed class LinuxMetadataReader(Descriptor handle, FileStat stat, long fileSystem, Action<string> failed)
{
    private const nuint GetFlags = 0x80086601;
    private const nuint GetFatFlags = 0x80047210;
    private const nuint GetXfsAttributes = 0x801c581f;

    private const long MaxXattrs = 8 << 20;
    private const int ItemOverhead = 17;

    private static readonly byte[] AccessAcl = [.. "system.posix_acl_access\0"u8];
    private static readonly byte[] DefaultAcl = [.. "system.posix_acl_default\0"u8];

    private readonly Descriptor _handle = handle;
    private readonly FileStat _stat = stat;
    private readonly long _fileSystem = fileSystem;
    private readonly Action<string> _failed = failed;

    private bool IsReadable => _stat.Kind is PxarEntryKind.File or PxarEntryKind.Directory;

    internal PxarMetadata Read(MetadataParts parts)
    {
        List<PxarXattr> xattrs = [];
        byte[]? capability = null;
        if (IsReadable && (parts & (MetadataParts.Xattrs | MetadataParts.Capabilities)) != 0)
            ReadXattrs(parts, xattrs, ref capability);
        return new()
        {
            Mode = _stat.Mode,
            UserId = _stat.UserId,
            GroupId = _stat.GroupId,
            ModificationTime = _stat.ModificationTime,
            Flags = IsReadable && parts.HasFlag(MetadataParts.Flags) ? ReadFlags() : PxarFlags.None,
            Xattrs = xattrs.Count == 0 ? [] : xattrs,
            FileCapability = capability is null ? default(ReadOnlyMemory<byte>?) : capability,
            Acl = _stat.Kind != PxarEntryKind.Symlink && parts.HasFlag(MetadataParts.Acls) ? ReadAcl() : null,
            QuotaProjectId = IsReadable && parts.HasFlag(MetadataParts.Project) ? ReadProject() : null,
        };
    }

    private PxarFlags ReadFlags()
    {
        long value = 0;
        if (Libc.Control(_handle, GetFlags, ref value) == 0)
            return FileAttributeBits.FromLinux((uint)value);
        Report("file attributes");
        return (_fileSystem & 0xffffffff) == FileSystems.Fat && Libc.Control(_handle, GetFatFlags, ref value) == 0
            ? FileAttributeBits.FromFat((uint)value)
            : PxarFlags.None;
    }

    private ulong? ReadProject()
    {
        if (!FileSystems.HasProjects(_fileSystem))
            return null;
        XfsAttributes attributes = default;
        if (Libc.Control(_handle, GetXfsAttributes, ref attributes) == 0)
            return attributes.ProjectId == 0 ? null : attributes.ProjectId;
        Report("the quota project");
        return null;
    }

    private PosixAcl? ReadAcl()
    {
        byte[]? access = ReadXattr(AccessAcl, "the ACL");
        byte[]? defaults = _stat.Kind == PxarEntryKind.Directory ? ReadXattr(DefaultAcl, "the default ACL") : null;
        return access is null && defaults is null ? null : PosixAclText.Read(access, defaults);
    }

    private void ReadXattrs(MetadataParts parts, List<PxarXattr> xattrs, ref byte[]? capability)
    {
        long total = 0;
        if (XattrNames.List(_handle) is not { } names)
        {
            Report("extended attributes");
            return;
        }

        foreach (byte[] text in names)
        {
            int end = text.Length - 1;
            ReadOnlySpan<byte> name = text.AsSpan(0, end);
            if (name.SequenceEqual("security.capability"u8))
                capability = parts.HasFlag(MetadataParts.Capabilities) ? ReadXattr(text, "the file capability") : null;
            else if (parts.HasFlag(MetadataParts.Xattrs) && IsKept(name) && ReadXattr(text, PxarName.Text(name)) is { } value)
            {
                total += end + value.Length + ItemOverhead;
                if (total <= MaxXattrs)
                    xattrs.Add(new(text.AsMemory(0, end), value));
                else
                    _failed($"The extended attribute {PxarName.Text(name)} is left out: an archive keeps at most 8 MiB of them for one entry.");
            }
        }
    }

    // Proxmox: other name spaces belong to the system the file is on.
    private static bool IsKept(ReadOnlySpan<byte> name) =>
        name.Length <= 255 && (name.StartsWith("user."u8) || name.StartsWith("trusted."u8) || name.SequenceEqual("security.NTACL"u8));

    private byte[]? ReadXattr(byte[] name, string what)
    {
        Span<byte> small = stackalloc byte[512];
        Span<byte> buffer = small;
        nint length = Get(name, buffer);
        if (length < 0 && Marshal.GetLastPInvokeError() == Errno.Range)
        {
            buffer = new byte[65536];
            length = Get(name, buffer);
        }

        if (length >= 0)
            return buffer[..(int)length].ToArray();
        Report(what);
        return null;
    }

    // Of what is not open for reading, only the path can be asked.
    private nint Get(byte[] name, Span<byte> buffer) => IsReadable
        ? Libc.GetXattr(_handle, name, buffer, buffer.Length)
        : Libc.GetXattr(_handle.ProcPath, name, buffer, buffer.Length);

    private void Report(string what)
    {
        int error = Marshal.GetLastPInvokeError();
        if (error is not (Errno.NoData or Errno.NoEntry) && !Errno.IsUnsupported(error))
            _failed($"Unable to read {what}: {Descriptor.Describe(error)}.");
    }
}
