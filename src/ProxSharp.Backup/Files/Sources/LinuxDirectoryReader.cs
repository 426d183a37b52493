using System.Runtime.InteropServices;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Sources;

/// <summary>Lists directories of Linux: names as bytes, and their kinds where the file system tells them.</summary>
internal static class LinuxDirectoryReader
{
    private const int TypeOffset = 18;
    private const int NameOffset = 19;

    internal static unsafe List<FileName> List(Descriptor directory)
    {
        int copy = Libc.Duplicate(directory);
        nint stream = copy < 0 ? 0 : Libc.OpenDirectory(copy);
        if (stream == 0)
        {
            FileTreeException failure = Descriptor.Failure("", "list");
            if (copy >= 0)
                _ = Libc.Close(copy);
            throw failure;
        }

        try
        {
            // The copy shares its position with the directory.
            Libc.RewindDirectory(stream);
            List<FileName> names = [];
            while (Libc.ReadDirectory(stream) is var entry and not 0)
            {
                ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)entry + NameOffset);
                if (PxarName.IsValid(name))
                    names.Add(new(new(name), KindOf(((byte*)entry)[TypeOffset])));
            }

            return Marshal.GetLastPInvokeError() == 0 ? names : throw Descriptor.Failure("", "list");
        }
        finally
        {
            _ = Libc.CloseDirectory(stream);
        }
    }

    private static PxarEntryKind? KindOf(byte type) => type switch
    {
        1 => PxarEntryKind.Fifo,
        2 => PxarEntryKind.CharacterDevice,
        4 => PxarEntryKind.Directory,
        6 => PxarEntryKind.BlockDevice,
        8 => PxarEntryKind.File,
        10 => PxarEntryKind.Symlink,
        12 => PxarEntryKind.Socket,
        _ => null,
    };
}
