using System.Runtime.InteropServices;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Sources;

/// <summary>An open entry of Linux. Files and directories are open for reading; of all else only the place is held.</summary>
internal sealed class LinuxNode : IFileNode
{
    private readonly LinuxTree _tree;
    private readonly Descriptor _handle;
    private long _holeStart = long.MaxValue;
    private long _holeEnd;
    private long _dataEnd;

    internal LinuxNode(LinuxTree tree, Descriptor handle, in StatxBuffer stat)
    {
        (_tree, _handle) = (tree, handle);
        Stat = ToStat(stat);
    }

    public FileStat Stat { get; }

    public bool IsVirtual => FileSystems.IsVirtual(_tree.TypeOf(_handle, Stat.Device));

    public void Dispose() => _handle.Dispose();

    public List<FileName> List() => LinuxDirectoryReader.List(_handle);

    public IFileNode Open(FileName name)
    {
        PxarEntryKind kind = name.Kind ?? Probe(name.Name);
        Descriptor? handle = kind is PxarEntryKind.File or PxarEntryKind.Directory ? OpenForReading(name.Name) : null;
        if (handle is null)
            return new LinuxNode(_tree, OpenPlace(name.Name, out StatxBuffer place), place);
        StatxBuffer stat = StatOrDispose(handle);
        if ((stat.Mode & 0xF000) is 0x8000 or 0x4000)
            return new LinuxNode(_tree, handle, stat);
        // It was replaced since the listing, by something that must not stay open for reading.
        handle.Dispose();
        return new LinuxNode(_tree, OpenPlace(name.Name, out stat), stat);
    }

    public IFileNode OpenTarget(FileName name)
    {
        // A device may act on being opened: what it is comes first.
        Descriptor place = _handle.TryOpenTarget(name.Name, Libc.PathOnly) ?? throw Descriptor.Failure(name.Name.ToString(), "open");
        StatxBuffer stat = StatOrDispose(place);
        if (KindOf(stat.Mode) != PxarEntryKind.File)
            return new LinuxNode(_tree, place, stat);
        place.Dispose();
        Descriptor file = _handle.TryOpenTarget(name.Name, Libc.ReadOnly | Libc.NonBlocking) ?? throw Descriptor.Failure(name.Name.ToString(), "open");
        return new LinuxNode(_tree, file, StatOrDispose(file));
    }

    public PxarMetadata ReadMetadata(MetadataParts parts, Action<string> failed) =>
        new LinuxMetadataReader(_handle, Stat, _tree.TypeOf(_handle, Stat.Device), failed).Read(parts);

    public int Read(long position, Span<byte> destination)
    {
        if (destination.IsEmpty)
            return 0;
        if (Stat.IsSparse && ReadHole(position, destination) is var zeros and > 0)
            return zeros;
        if (Stat.IsSparse && _dataEnd > position)
            destination = destination[..(int)Math.Min(destination.Length, _dataEnd - position)];
        while (true)
        {
            nint read = Libc.ReadAt(_handle, destination, destination.Length, position);
            if (read >= 0)
                return (int)read;
            if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                throw Descriptor.Failure("", "read");
        }
    }

    public byte[] ReadLink()
    {
        byte[] buffer = new byte[4097];
        nint length = Libc.ReadLinkAt(_handle, "\0"u8, buffer, buffer.Length);
        if (length < 0)
            throw Descriptor.Failure("", "read the link");
        return length is > 0 and < 4097
            ? buffer[..(int)length]
            : throw new FileTreeException(FileTreeFault.Unsupported, "", "The link is empty or longer than the 4096 bytes that an archive can hold.");
    }

    public void Announce() => _ = Libc.Advise(_handle, 0, Math.Min(Stat.Length, 8 << 20), Libc.WillNeed);

    public FileStat Refresh() => ToStat(_handle.Stat());

    internal static FileStat ToStat(in StatxBuffer stat) => new(
        KindOf(stat.Mode),
        stat.Mode,
        stat.UserId,
        stat.GroupId,
        KindOf(stat.Mode) == PxarEntryKind.File ? stat.Size : 0,
        new(stat.ModificationSeconds, stat.ModificationNanoseconds))
    {
        Device = ((ulong)stat.DeviceMajor << 32) | stat.DeviceMinor,
        Inode = stat.Inode,
        Links = stat.Links,
        NodeMajor = stat.NodeMajor,
        NodeMinor = stat.NodeMinor,
        ChangeTime = new(stat.ChangeSeconds, stat.ChangeNanoseconds),
        // Small files may lie within their inode, without a block.
        IsSparse = stat.Blocks * 512 < stat.Size && stat.Size >= 64 * 1024,
    };

    private static PxarEntryKind KindOf(uint mode) => (mode & 0xF000) switch
    {
        0x4000 => PxarEntryKind.Directory,
        0xA000 => PxarEntryKind.Symlink,
        0x2000 => PxarEntryKind.CharacterDevice,
        0x6000 => PxarEntryKind.BlockDevice,
        0x1000 => PxarEntryKind.Fifo,
        0xC000 => PxarEntryKind.Socket,
        _ => PxarEntryKind.File,
    };

    private static StatxBuffer StatOrDispose(Descriptor handle)
    {
        try
        {
            return handle.Stat();
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private PxarEntryKind Probe(PxarName name) =>
        _handle.TryStat(name, out StatxBuffer stat) ? KindOf(stat.Mode) : throw Descriptor.Failure(name.ToString(), "read the state of");

    /// <summary>Opens for reading; null if it is a link by now.</summary>
    private Descriptor? OpenForReading(PxarName name)
    {
        const int Flags = Libc.ReadOnly | Libc.NonBlocking;
        Descriptor? handle = _handle.TryOpen(name, Flags | Libc.NoAccessTime);
        // Only the owner may leave the time of access alone.
        if (handle is null && Marshal.GetLastPInvokeError() == Errno.NotPermitted)
            handle = _handle.TryOpen(name, Flags);
        return handle is not null || Marshal.GetLastPInvokeError() is Errno.Loop or Errno.NoDevice
            ? handle
            : throw Descriptor.Failure(name.ToString(), "open");
    }

    private Descriptor OpenPlace(PxarName name, out StatxBuffer stat)
    {
        Descriptor handle = _handle.TryOpen(name, Libc.PathOnly) ?? throw Descriptor.Failure(name.ToString(), "open");
        stat = StatOrDispose(handle);
        return handle;
    }

    /// <summary>Fills the destination with zeros as far as a hole goes; asks the file system where data begins and ends.</summary>
    private int ReadHole(long position, Span<byte> destination)
    {
        if (position >= Stat.Length)
            return 0;
        if (position < _holeStart || position >= _dataEnd)
        {
            _holeStart = position;
            long data = Libc.Seek(_handle, position, Libc.SeekData);
            _holeEnd = data >= 0 ? data : Marshal.GetLastPInvokeError() == Errno.NoDevice ? Stat.Length : position;
            long end = data >= 0 ? Libc.Seek(_handle, data, Libc.SeekHole) : 0;
            _dataEnd = end > 0 ? end : long.MaxValue;
        }

        int count = (int)Math.Min(destination.Length, Math.Min(_holeEnd, Stat.Length) - position);
        if (count <= 0)
            return 0;
        // What was cut off since must not be taken for a hole.
        if (Libc.Seek(_handle, 0, 2) < position + count)
            return 0;
        destination[..count].Clear();
        return count;
    }
}
