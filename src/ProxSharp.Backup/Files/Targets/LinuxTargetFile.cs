using System.Runtime.InteropServices;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>An open regular file of Linux.</summary>
internal sealed class LinuxTargetFile(Descriptor handle, PxarName name) : ITargetFile
{
    private readonly PxarName _name = name;
    private readonly Descriptor _handle = handle;
    private bool _isLocked;

    public FileStat Stat => LinuxNode.ToStat(_handle.Stat());

    public void Dispose()
    {
        // A program that is just being started has our descriptors until it runs, and a lock ends with the last of them.
        if (_isLocked)
            _ = Libc.Lock(_handle, Libc.Unlock);
        _isLocked = false;
        _handle.Dispose();
    }

    public bool TryLock()
    {
        _isLocked = Libc.Lock(_handle, Libc.LockAlone | Libc.LockNow) == 0;
        return _isLocked || Marshal.GetLastPInvokeError() != Errno.Again;
    }

    public bool Has(PxarMetadata metadata, MetadataParts parts) => LinuxMetadataCheck.Has(_handle, metadata, parts);

    public void Prepare(PxarMetadata metadata, MetadataParts parts, MetadataReport report)
    {
        if ((metadata.Flags & FileAttributeBits.Early) != 0)
            new LinuxMetadataWriter(_handle, metadata, parts, report).ApplyFlags(FileAttributeBits.Early);
    }

    public int Read(long position, Span<byte> destination)
    {
        while (true)
        {
            nint read = Libc.ReadAt(_handle, destination, destination.Length, position);
            if (read >= 0)
                return (int)read;
            if (Marshal.GetLastPInvokeError() != Errno.Interrupted)
                throw Descriptor.Failure(_name.ToString(), "read");
        }
    }

    public void Write(long position, ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            nint written = Libc.WriteAt(_handle, source, source.Length, position);
            if (written < 0)
            {
                if (Marshal.GetLastPInvokeError() == Errno.Interrupted)
                    continue;
                throw Descriptor.Failure(_name.ToString(), "write");
            }

            source = source[(int)written..];
            position += written;
        }
    }

    public void SetLength(long length)
    {
        if (Libc.SetLength(_handle, length) != 0)
            throw Descriptor.Failure(_name.ToString(), "set the length of");
    }

    public void Apply(PxarMetadata metadata, MetadataParts parts, MetadataReport report) =>
        new LinuxMetadataWriter(_handle, metadata, parts, report).ApplyToOpen();

    // All of them: those of its directory may have been inherited.
    public void Seal(PxarMetadata metadata, MetadataParts parts, MetadataReport report) =>
        new LinuxMetadataWriter(_handle, metadata, parts, report).ApplyFlags(~PxarFlags.None);
}
