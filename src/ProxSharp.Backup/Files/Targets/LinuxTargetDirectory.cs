using System.Runtime.InteropServices;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>An open directory of Linux to restore into.</summary>
internal sealed class LinuxTargetDirectory(Descriptor handle) : ITargetDirectory
{
    // Whoever waits longer waits for somebody who locked the directory for a reason of his own.
    private static readonly TimeSpan LongestCleaning = TimeSpan.FromSeconds(1);

    private readonly Descriptor _handle = handle;
    private readonly Lock _lock = new();
    private bool _hasAsked;
    private uint? _taken;
    private uint? _closed;

    public void Dispose()
    {
        if (_closed is { } mode)
            _ = Libc.ChangeMode(_handle, mode);
        if (_taken is { } attributes)
            LinuxLock.Restore(_handle, attributes);
        // After a failure it may come here a second time.
        (_closed, _taken) = (null, null);
        // A program that is just being started has our descriptors until it runs, and a lock ends with the last of them.
        if (_hasAsked)
            _ = Libc.Lock(_handle, Libc.Unlock);
        _hasAsked = false;
        _handle.Dispose();
    }

    public FileStat? Find(PxarName name)
    {
        if (_handle.TryStat(name, out StatxBuffer stat))
            return LinuxNode.ToStat(stat);
        FileTreeException failure = Descriptor.Failure(name.ToString(), "read the state of");
        return failure.Fault == FileTreeFault.Vanished ? null : throw failure;
    }

    public byte[] ReadLink(PxarName name)
    {
        byte[] buffer = new byte[4097];
        nint length = Libc.ReadLinkAt(_handle, Libc.Text(name.Span), buffer, buffer.Length);
        return length >= 0 ? buffer[..(int)length] : throw Descriptor.Failure(name.ToString(), "read the link");
    }

    public void MakeDirectory(PxarName name, uint mode) => Ensure(Libc.MakeDirectory(_handle, Libc.Text(name.Span), mode), name, "create the directory");

    public ITargetDirectory Enter(PxarName name, bool unlocks = false)
    {
        uint? closed = null;
        Descriptor? directory = TryEnter(name);
        if (directory is null)
        {
            FileTreeException failure = Descriptor.Failure(name.ToString(), "enter the directory");
            using Descriptor? place = unlocks && failure.Fault == FileTreeFault.Denied ? _handle.TryOpen(name, Libc.PathOnly | Libc.DirectoryOnly) : null;
            closed = place is null ? null : OwnerRights.Give(place);
            directory = (closed is null ? null : TryEnter(name)) ?? throw failure;
        }

        LinuxTargetDirectory entered = new(directory) { _closed = closed };
        if (unlocks)
            entered.Unlock();
        return entered;
    }

    public ITargetFile Create(PxarName name, uint mode) =>
        new LinuxTargetFile(
            _handle.TryOpen(name, Libc.ReadWrite | Libc.Create | Libc.Exclusive, mode) ?? throw Descriptor.Failure(name.ToString(), "create the file"),
            name);

    public ITargetFile Open(PxarName name, bool write = false)
    {
        Descriptor file = _handle.TryOpen(name, (write ? Libc.ReadWrite : Libc.ReadOnly) | Libc.NonBlocking) ?? throw Descriptor.Failure(name.ToString(), "open");
        if ((file.Stat().Mode & 0xF000) == 0x8000)
            return new LinuxTargetFile(file, name);
        file.Dispose();
        throw new FileTreeException(FileTreeFault.OtherKind, name.ToString(), $"\"{name}\" is no regular file any more.");
    }

    public void MakeSymlink(PxarName name, ReadOnlySpan<byte> target) =>
        Ensure(Libc.MakeSymlink(Libc.Text(target), _handle, Libc.Text(name.Span)), name, "create the link");

    public void MakeLink(PxarName name, ITargetDirectory from, PxarName file) =>
        Ensure(Libc.MakeLink(((LinuxTargetDirectory)from)._handle, Libc.Text(file.Span), _handle, Libc.Text(name.Span), 0), name, "create the hard link");

    public void MakeNode(PxarName name, PxarEntry entry, uint mode)
    {
        uint device = 0;
        if (entry.Kind is PxarEntryKind.CharacterDevice or PxarEntryKind.BlockDevice)
        {
            if (entry.DeviceMajor > 0xfff || entry.DeviceMinor > 0xfffff)
                throw new FileTreeException(FileTreeFault.Unsupported, name.ToString(), $"Linux has no device {entry.DeviceMajor}:{entry.DeviceMinor}.");
            device = ((uint)entry.DeviceMajor << 8) | ((uint)entry.DeviceMinor & 0xff) | (((uint)entry.DeviceMinor & ~0xffu) << 12);
        }

        Ensure(Libc.MakeNode(_handle, Libc.Text(name.Span), (entry.Metadata!.Mode & 0xF000) | mode, device), name, "create");
    }

    /// <summary>Restores that replace something share the lock of the directory; it ends with them, however they end.</summary>
    public PxarName NameTemporary()
    {
        lock (_lock)
        {
            if (!_hasAsked)
                SpinWait.SpinUntil(IsLockedOrCannotBe, LongestCleaning);
            _hasAsked = true;
        }

        return TemporaryName.Create();
    }

    public IReadOnlyList<PxarName> DeleteAbandoned()
    {
        List<PxarName> names = LinuxDirectoryReader.List(_handle).ConvertAll(static entry => entry.Name);
        DeleteAlone(names.FindAll(TemporaryName.IsOurs));
        return names.FindAll(TemporaryName.IsKept);
    }

    public void DeleteKept(IReadOnlyList<PxarName> names)
    {
        List<PxarName> files = [.. names];
        files.RemoveAll(name => Find(name) is not { Kind: PxarEntryKind.File });
        DeleteAlone(files);
    }

    private void DeleteAlone(List<PxarName> names)
    {
        if (names.Count == 0)
            return;
        lock (_lock)
        {
            try
            {
                if (Libc.Lock(_handle, Libc.LockAlone | Libc.LockNow) != 0)
                    return;
                // Nobody else had the lock, so nobody has one of these under way. New ones have other names.
                foreach (PxarName name in names)
                    _ = Libc.Delete(_handle, Libc.Text(name.Span), 0);
            }
            finally
            {
                // What is under way here stays locked for others; in vain asked for more, the lock is gone.
                _ = Libc.Lock(_handle, _hasAsked ? Libc.LockShared | Libc.LockNow : Libc.Unlock);
            }
        }
    }

    public void Unlock()
    {
        // What is immutable refuses another mode too.
        _taken ??= LinuxLock.Clear(_handle);
        _closed ??= OwnerRights.Give(_handle);
    }

    public bool Rename(PxarName from, PxarName to)
    {
        if (TryRename(from, to))
            return false;
        FileTreeException failure = Descriptor.Failure(to.ToString(), "replace");
        using Descriptor? old = failure.Fault == FileTreeFault.Denied ? TryOpenFile(to) : null;
        if (old is null || !LinuxLock.IsLocked(old))
            throw failure;
        if (LinuxLock.Clear(old) is not { } attributes)
        {
            throw new FileTreeException(
                failure.Fault, failure.Path, $"{failure.Message.TrimEnd('.')}: it is immutable or append-only, and only root may change that.", failure.InnerException);
        }

        if (TryRename(from, to))
            return true;
        failure = Descriptor.Failure(to.ToString(), "replace");
        LinuxLock.Restore(old, attributes);
        throw failure;
    }

    public void Move(PxarName from, PxarName to)
    {
        if (Libc.MakeLink(_handle, Libc.Text(from.Span), _handle, Libc.Text(to.Span), 0) == 0)
        {
            Delete(from);
            return;
        }

        FileTreeException failure = Descriptor.Failure(to.ToString(), "create the file");
        // Not all file systems have further names; a file that somebody makes just now is replaced there.
        if (failure.Fault == FileTreeFault.Exists || Find(to) is not null)
            throw failure;
        Ensure(Libc.Rename(_handle, Libc.Text(from.Span), _handle, Libc.Text(to.Span)), to, "create the file");
    }

    public void Delete(PxarName name) => Ensure(Libc.Delete(_handle, Libc.Text(name.Span), 0), name, "delete");

    public void Apply(PxarName name, PxarMetadata metadata, MetadataParts parts, MetadataReport report)
    {
        using Descriptor place = _handle.TryOpen(name, Libc.PathOnly) ?? throw Descriptor.Failure(name.ToString(), "open");
        if (((place.Stat().Mode ^ metadata.Mode) & 0xF000) != 0)
            throw new FileTreeException(FileTreeFault.OtherKind, name.ToString(), $"\"{name}\" was replaced while it was restored.");
        new LinuxMetadataWriter(place, metadata, parts, report).ApplyToPlace(_handle, Libc.Text(name.Span));
    }

    public void Apply(PxarMetadata metadata, MetadataParts parts, MetadataReport report)
    {
        LinuxMetadataWriter writer = new(_handle, metadata, parts, report);
        writer.ApplyToOpen();
        writer.ApplyFlags(~PxarFlags.None);
        if (parts.HasFlag(MetadataParts.Permissions))
            _closed = null;
        if (!parts.HasFlag(MetadataParts.Flags))
            return;
        if (_taken is { } taken && LinuxLock.IsLost(taken, FileAttributeBits.ToLinux(metadata.Flags)))
            report.Unlocked();
        _taken = null;
    }

    private Descriptor? TryEnter(PxarName name) => _handle.TryOpen(name, Libc.ReadOnly | Libc.DirectoryOnly);

    private bool TryRename(PxarName from, PxarName to) => Libc.Rename(_handle, Libc.Text(from.Span), _handle, Libc.Text(to.Span)) == 0;

    private Descriptor? TryOpenFile(PxarName name) => _handle.TryStat(name, out StatxBuffer stat) && (stat.Mode & 0xF000) == 0x8000
        ? _handle.TryOpen(name, Libc.ReadOnly | Libc.NonBlocking)
        : null;

    private bool IsLockedOrCannotBe() =>
        Libc.Lock(_handle, Libc.LockShared | Libc.LockNow) == 0 || Marshal.GetLastPInvokeError() != Errno.Again;

    private static void Ensure(nint result, PxarName name, string action)
    {
        if (result < 0)
            throw Descriptor.Failure(name.ToString(), action);
    }
}
