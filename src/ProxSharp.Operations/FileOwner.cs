using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace ProxSharp.Operations;

/// <summary>Tells whose a file is and of what kind, where the system can be asked: on Linux.</summary>
internal static partial class FileOwner
{
    private const int CurrentDirectory = -100;
    private const uint WantsKind = 0x1;
    private const uint WantsOwner = 0x8;

    // The layout of the answer is fixed by the kernel: the owner stands at byte 20 of 256, the kind and the rights at byte 28.
    private const int AnswerLength = 256;
    private const int OwnerOffset = 20;
    private const int ModeOffset = 28;
    private const int KindMask = 0xf000;

    /// <summary>True if this process runs as root, and the nearest folder that exists belongs to somebody else.</summary>
    public static bool IsRootAmongOthers(string path)
    {
        string? folder = Path.GetFullPath(path);
        while (folder is not null && !Path.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder is not null && OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && OwnerOf(folder) is not (null or 0);
    }

    /// <summary>Names what waits for others or never ends when it is read, links followed; null for files, folders and what is not there.</summary>
    public static string? KindOf(string path)
    {
        byte[]? answer = OperatingSystem.IsLinux() ? Ask(path, WantsKind) : null;
        return (answer is null ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(answer.AsSpan(ModeOffset)) & KindMask) switch
        {
            0x1000 => "a named pipe",
            0x2000 or 0x6000 => "a device",
            0xc000 => "a socket",
            _ => null,
        };
    }

    private static uint? OwnerOf(string path) =>
        Ask(path, WantsOwner) is { } answer ? BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(OwnerOffset)) : null;

    private static byte[]? Ask(string path, uint what)
    {
        byte[] answer = new byte[AnswerLength];
        byte[] name = [.. Encoding.UTF8.GetBytes(path), 0];
        try
        {
            return Statx(CurrentDirectory, name, 0, what, answer) == 0 ? answer : null;
        }
        catch (EntryPointNotFoundException)
        {
            // An older C library: then nobody can tell, and the rights of the files decide alone.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int directory, byte[] path, int flags, uint mask, [Out] byte[] answer);
}
