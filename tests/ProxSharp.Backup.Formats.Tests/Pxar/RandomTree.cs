using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

/// <summary>Writes a tree with all kinds of entries and metadata that depends on nothing but the seed.</summary>
internal sealed class RandomTree(int seed)
{
    private readonly Random _random = new(seed);
    private readonly List<PxarLinkTarget> _files = [];
    private int _left = 60;

    internal static (byte[] Archive, byte[] Payload) Write(int seed, bool split)
    {
        RandomTree tree = new(seed);
        MemoryStream archive = new();
        MemoryStream payload = new();
        PxarMetadata root = tree.Metadata(PxarEntryKind.Directory);
        byte[] prelude = seed % 3 == 0 ? PxarPrelude.Write(["*.tmp"]) : [];
        PxarWriter writer = split ? PxarWriter.CreateSplit(archive, payload, root, prelude) : PxarWriter.Create(archive, root);
        tree.Fill(writer);
        writer.Finish();
        return (archive.ToArray(), payload.ToArray());
    }

    private void Fill(PxarWriter writer)
    {
        SortedSet<PxarName> names = [];
        for (int count = _random.Next(20); count > 0; count--)
            names.Add(Name());
        foreach (PxarName name in names)
        {
            if (_left-- > 0)
                WriteEntry(writer, name, (PxarEntryKind)_random.Next(8));
        }
    }

    private void WriteEntry(PxarWriter writer, PxarName name, PxarEntryKind kind)
    {
        if (kind == PxarEntryKind.HardLink && _files.Count == 0)
            kind = PxarEntryKind.File;
        switch (kind)
        {
            case PxarEntryKind.Directory:
                writer.BeginDirectory(name, Metadata(kind));
                Fill(writer);
                writer.EndDirectory();
                break;
            case PxarEntryKind.File:
                byte[] content = Bytes(_random.Next(4) == 0 ? _random.Next(300_000) : _random.Next(100));
                if (_random.Next(2) == 0)
                    writer.WriteFile(name, Metadata(kind), content);
                else
                    Assert.True(writer.WriteFile(name, Metadata(kind), content.Length, new MemoryStream(content)).IsExact);
                _files.Add(writer.GetLastFile());
                break;
            case PxarEntryKind.Symlink:
                writer.WriteSymlink(name, Metadata(kind), Name().Bytes);
                break;
            case PxarEntryKind.HardLink:
                writer.WriteHardLink(name, _files[_random.Next(_files.Count)]);
                break;
            case PxarEntryKind.CharacterDevice or PxarEntryKind.BlockDevice:
                writer.WriteDevice(name, Metadata(kind), (ulong)_random.NextInt64(), (ulong)_random.Next(256));
                break;
            default:
                writer.WriteSpecial(name, Metadata(kind));
                break;
        }
    }

    private PxarName Name()
    {
        byte[] bytes = Bytes(_random.Next(30) == 0 ? 255 : _random.Next(1, 9));
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] is 0 or (byte)'/')
                bytes[i] = (byte)'x';
        }

        return PxarName.IsValid(bytes) ? new(bytes) : new("x");
    }

    private PxarMetadata Metadata(PxarEntryKind kind) => PxarMetadata.Create(kind, (uint)_random.Next(4096)) with
    {
        Flags = _random.Next(3) == 0 ? (PxarFlags)_random.NextInt64() : PxarFlags.None,
        UserId = (uint)_random.Next(),
        GroupId = uint.MaxValue - (uint)_random.Next(10),
        ModificationTime = new(_random.NextInt64(-1L << 40, 1L << 40), (uint)_random.Next(1_000_000_000)),
        Xattrs = [.. Enumerable.Range(0, _random.Next(3)).Select(i => new PxarXattr($"user.{i}", Bytes(_random.Next(20) == 0 ? 65536 : _random.Next(20))))],
        Acl = _random.Next(3) == 0 ? Acl() : null,
        FileCapability = _random.Next(5) == 0 ? Bytes(20) : default(ReadOnlyMemory<byte>?),
        QuotaProjectId = _random.Next(5) == 0 ? (ulong)_random.Next() : null,
    };

    private PosixAcl Acl() => new()
    {
        Users = AclEntries(),
        Groups = AclEntries(),
        GroupObject = Permissions(),
        Defaults = _random.Next(2) == 0 ? new(Permissions(), Permissions(), Permissions(), Permissions()) : null,
        DefaultUsers = AclEntries(),
        DefaultGroups = AclEntries(),
    };

    private List<PosixAclEntry> AclEntries() =>
        [.. Enumerable.Range(0, _random.Next(3)).Select(_ => new PosixAclEntry((ulong)_random.Next(), (PosixAclPermissions)_random.Next(8)))];

    private PosixAclPermissions? Permissions() => _random.Next(2) == 0 ? (PosixAclPermissions)_random.Next(8) : null;

    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
