using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>An archive of a tree with every kind of entry, as a Linux file system can hold it, that depends on nothing but the seed.</summary>
internal sealed class DiskTree(int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<PxarLinkTarget> _files = [];
    private int _left = 80;

    internal static byte[] Write(int seed)
    {
        DiskTree tree = new(seed);
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, tree.Metadata(PxarEntryKind.Directory));
        tree.Fill(writer, 0);
        writer.Finish();
        return archive.ToArray();
    }

    private void Fill(PxarWriter writer, int depth)
    {
        SortedSet<PxarName> names = [];
        for (int count = depth == 0 ? 25 : _random.Next(12); count > 0; count--)
            names.Add(Name());
        foreach (PxarName name in names)
        {
            if (_left-- > 0)
                WriteEntry(writer, name, (PxarEntryKind)_random.Next(8), depth);
        }
    }

    private void WriteEntry(PxarWriter writer, PxarName name, PxarEntryKind kind, int depth)
    {
        if (kind == PxarEntryKind.HardLink && _files.Count == 0)
            kind = PxarEntryKind.File;
        switch (kind)
        {
            case PxarEntryKind.Directory:
                writer.BeginDirectory(name, Metadata(kind));
                Fill(writer, depth + 1);
                writer.EndDirectory();
                break;
            case PxarEntryKind.File:
                writer.WriteFile(name, Metadata(kind), Content());
                _files.Add(writer.GetLastFile());
                break;
            case PxarEntryKind.Symlink:
                writer.WriteSymlink(name, Metadata(kind), Name().Bytes);
                break;
            case PxarEntryKind.HardLink:
                writer.WriteHardLink(name, _files[_random.Next(_files.Count)]);
                break;
            case PxarEntryKind.CharacterDevice or PxarEntryKind.BlockDevice:
                writer.WriteDevice(name, Metadata(kind), (ulong)_random.Next(1, 4096), (ulong)_random.Next(1 << 20));
                break;
            default:
                writer.WriteSpecial(name, Metadata(kind));
                break;
        }
    }

    private byte[] Content()
    {
        byte[] content = Bytes(_random.Next(5) == 0 ? _random.Next(700_000) : _random.Next(5000));
        for (int holes = _random.Next(4); holes > 0 && content.Length > 0; holes--)
        {
            int start = _random.Next(content.Length);
            content.AsSpan(start, Math.Min(content.Length - start, _random.Next(200_000))).Clear();
        }

        return content;
    }

    private PxarName Name()
    {
        byte[] bytes = Bytes(_random.Next(10) == 0 ? 255 : _random.Next(1, 9));
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] is 0 or (byte)'/')
                bytes[i] = (byte)'x';
        }

        return PxarName.IsValid(bytes) ? new(bytes) : new("x");
    }

    private PxarMetadata Metadata(PxarEntryKind kind)
    {
        bool isLink = kind == PxarEntryKind.Symlink;
        bool isReadable = kind is PxarEntryKind.File or PxarEntryKind.Directory;
        return PxarMetadata.Create(kind, isLink ? 0x1FF : (uint)_random.Next(4096)) with
        {
            Flags = isReadable && _random.Next(3) == 0 ? Flags(kind) : PxarFlags.None,
            UserId = (uint)_random.Next(70000),
            GroupId = (uint)_random.Next(70000),
            ModificationTime = new(_random.NextInt64(-(1L << 31), 1L << 32), (uint)_random.Next(1_000_000_000)),
            Xattrs = isReadable ? [.. Enumerable.Range(0, _random.Next(3)).Select(i => new PxarXattr(i == 1 ? "trusted.t" : "user.u", Bytes(_random.Next(300))))] : [],
            Acl = !isLink && _random.Next(3) == 0 ? Acl(kind) : null,
            FileCapability = kind == PxarEntryKind.File && _random.Next(4) == 0 ? Capability() : default(ReadOnlyMemory<byte>?),
        };
    }

    private PxarFlags Flags(PxarEntryKind kind) => PxarFlags.NoDump | (_random.Next(2) == 0 ? PxarFlags.NoAccessTime : 0)
        | (kind == PxarEntryKind.Directory && _random.Next(2) == 0 ? PxarFlags.DirectorySync : 0);

    // Version 2: permitted CAP_NET_RAW, effective.
    private static ReadOnlyMemory<byte> Capability() => Convert.FromHexString("0100000200200000000000000000000000000000");

    private PosixAcl Acl(PxarEntryKind kind)
    {
        List<PosixAclEntry> users = Entries();
        List<PosixAclEntry> groups = Entries();
        bool hasDefaults = kind == PxarEntryKind.Directory && _random.Next(2) == 0;
        return new()
        {
            Users = users,
            Groups = groups,
            GroupObject = Permissions(),
            Defaults = hasDefaults ? new(Permissions(), Permissions(), Permissions(), Permissions()) : null,
            DefaultUsers = hasDefaults ? Entries() : [],
            DefaultGroups = hasDefaults ? Entries() : [],
        };
    }

    private List<PosixAclEntry> Entries() => [.. Enumerable.Range(0, _random.Next(3)).Select(i => new PosixAclEntry((ulong)(1000 + (i * 10) + _random.Next(10)), Permissions()))];

    private PosixAclPermissions Permissions() => (PosixAclPermissions)_random.Next(8);

    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
