using System.Runtime.InteropServices;

namespace ProxSharp.Backup.Files.Natives;

/// <summary>Calls of Linux that .NET does not offer. Paths are bytes that end with NUL; failures are in the last error of the platform.</summary>
internal static partial class Libc
{
    internal const int CurrentDirectory = -100;

    internal const int ReadOnly = 0;
    internal const int WriteOnly = 1;
    internal const int ReadWrite = 2;
    internal const int Create = 0x40;
    internal const int Exclusive = 0x80;
    internal const int NonBlocking = 0x800;
    internal const int NoAccessTime = 0x40000;
    internal const int CloseOnExec = 0x80000;
    internal const int PathOnly = 0x200000;

    internal const int LockShared = 1;
    internal const int LockAlone = 2;
    internal const int LockNow = 4;
    internal const int Unlock = 8;

    internal const int SymlinkNoFollow = 0x100;
    internal const int RemoveDirectory = 0x200;
    internal const int EmptyPath = 0x1000;

    internal const int SeekData = 3;
    internal const int SeekHole = 4;
    internal const int WillNeed = 3;

    private const string Library = "libc";

    // The two differ between processors; all other numbers here are the same on those we support.
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Whether the numbers and layouts here are right for this process.</summary>
    internal static bool IsSupported { get; } = OperatingSystem.IsLinux() && BitConverter.IsLittleEndian
        && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64;

    internal static int DirectoryOnly { get; } = IsArm ? 0x4000 : 0x10000;

    internal static int NoFollow { get; } = IsArm ? 0x8000 : 0x20000;

    private static bool IsX64 { get; } = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>A path with its closing NUL.</summary>
    internal static byte[] Text(ReadOnlySpan<byte> path)
    {
        byte[] text = new byte[path.Length + 1];
        path.CopyTo(text);
        return text;
    }

    // Called by number: older C libraries have no function for them.
    internal static nint Statx(int directory, ReadOnlySpan<byte> path, int flags, out StatxBuffer buffer) =>
        SystemCallStatx(IsX64 ? 332 : 291, directory, path, flags, StatxBuffer.BasicStats, out buffer);

    internal static nint MakeNode(SafeHandle directory, ReadOnlySpan<byte> path, uint mode, uint device) =>
        SystemCallNode(IsX64 ? 259 : 33, directory, path, (nint)mode, (nint)device);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true)]
    internal static partial int Open(ReadOnlySpan<byte> path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    internal static partial int OpenAt(SafeHandle directory, ReadOnlySpan<byte> path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(nint handle);

    [LibraryImport(Library, EntryPoint = "dup", SetLastError = true)]
    internal static partial int Duplicate(SafeHandle handle);

    [LibraryImport(Library, EntryPoint = "fdopendir", SetLastError = true)]
    internal static partial nint OpenDirectory(int handle);

    [LibraryImport(Library, EntryPoint = "rewinddir")]
    internal static partial void RewindDirectory(nint stream);

    [LibraryImport(Library, EntryPoint = "readdir", SetLastError = true)]
    internal static partial nint ReadDirectory(nint stream);

    [LibraryImport(Library, EntryPoint = "closedir", SetLastError = true)]
    internal static partial int CloseDirectory(nint stream);

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true)]
    internal static partial nint ReadLinkAt(SafeHandle directory, ReadOnlySpan<byte> path, Span<byte> buffer, nint size);

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    internal static partial nint ReadAt(SafeHandle handle, Span<byte> buffer, nint count, long offset);

    [LibraryImport(Library, EntryPoint = "pwrite", SetLastError = true)]
    internal static partial nint WriteAt(SafeHandle handle, ReadOnlySpan<byte> buffer, nint count, long offset);

    [LibraryImport(Library, EntryPoint = "lseek", SetLastError = true)]
    internal static partial long Seek(SafeHandle handle, long offset, int origin);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(SafeHandle handle, int operation);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int SetLength(SafeHandle handle, long length);

    // An entry is the descriptor, and what is asked with what is answered in the upper half.
    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(Span<int> entries, nuint count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "posix_fadvise")]
    internal static partial int Advise(SafeHandle handle, long offset, long length, int advice);

    [LibraryImport(Library, EntryPoint = "fstatfs", SetLastError = true)]
    internal static partial int FileSystem(SafeHandle handle, Span<long> buffer);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Control(SafeHandle handle, nuint request, ref long value);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Control(SafeHandle handle, nuint request, ref XfsAttributes value);

    [LibraryImport(Library, EntryPoint = "flistxattr", SetLastError = true)]
    internal static partial nint ListXattrs(SafeHandle handle, Span<byte> buffer, nint size);

    [LibraryImport(Library, EntryPoint = "fgetxattr", SetLastError = true)]
    internal static partial nint GetXattr(SafeHandle handle, ReadOnlySpan<byte> name, Span<byte> buffer, nint size);

    [LibraryImport(Library, EntryPoint = "getxattr", SetLastError = true)]
    internal static partial nint GetXattr(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, Span<byte> buffer, nint size);

    [LibraryImport(Library, EntryPoint = "setxattr", SetLastError = true)]
    internal static partial int SetXattr(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, nint size, int flags);

    [LibraryImport(Library, EntryPoint = "fsetxattr", SetLastError = true)]
    internal static partial int SetXattr(SafeHandle handle, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, nint size, int flags);

    [LibraryImport(Library, EntryPoint = "removexattr", SetLastError = true)]
    internal static partial int RemoveXattr(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name);

    [LibraryImport(Library, EntryPoint = "fremovexattr", SetLastError = true)]
    internal static partial int RemoveXattr(SafeHandle handle, ReadOnlySpan<byte> name);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    internal static partial int MakeDirectory(SafeHandle directory, ReadOnlySpan<byte> path, uint mode);

    [LibraryImport(Library, EntryPoint = "mkdir", SetLastError = true)]
    internal static partial int MakeDirectory(ReadOnlySpan<byte> path, uint mode);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true)]
    internal static partial int MakeSymlink(ReadOnlySpan<byte> target, SafeHandle directory, ReadOnlySpan<byte> path);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    internal static partial int MakeLink(SafeHandle from, ReadOnlySpan<byte> path, SafeHandle directory, ReadOnlySpan<byte> name, int flags);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    internal static partial int Delete(SafeHandle directory, ReadOnlySpan<byte> path, int flags);

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true)]
    internal static partial int Rename(SafeHandle from, ReadOnlySpan<byte> path, SafeHandle to, ReadOnlySpan<byte> name);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    internal static partial int ChangeOwner(SafeHandle directory, ReadOnlySpan<byte> path, uint user, uint group, int flags);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int ChangeMode(SafeHandle handle, uint mode);

    [LibraryImport(Library, EntryPoint = "chmod", SetLastError = true)]
    internal static partial int ChangeMode(ReadOnlySpan<byte> path, uint mode);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    internal static partial int SetTimes(SafeHandle directory, ReadOnlySpan<byte> path, ReadOnlySpan<long> times, int flags);

    [LibraryImport(Library, EntryPoint = "futimens", SetLastError = true)]
    internal static partial int SetTimes(SafeHandle handle, ReadOnlySpan<long> times);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    [LibraryImport(Library, EntryPoint = "getegid")]
    internal static partial uint EffectiveGroup();

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCallStatx(nint number, nint directory, ReadOnlySpan<byte> path, nint flags, nint mask, out StatxBuffer buffer);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCallNode(nint number, SafeHandle directory, ReadOnlySpan<byte> path, nint mode, nint device);
}
