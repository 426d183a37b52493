using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace ProxSharp.Operations;

/// <summary>Tells whose a file is, where the system can be asked: on Linux.</summary>
internal static partial class FileOwner
{
    private const int CurrentDirectory = -100;
    private const uint WantsOwner = 0x8;

    // The layout of the answer is fixed by the kernel: the owner stands at byte 20 of 256.
    private const int AnswerLength = 256;
    private const int OwnerOffset = 20;

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

    private static uint? OwnerOf(string path)
    {
        byte[] answer = new byte[AnswerLength];
        byte[] name = [.. Encoding.UTF8.GetBytes(path), 0];
        try
        {
            return Statx(CurrentDirectory, name, 0, WantsOwner, answer) == 0 ? BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(OwnerOffset)) : null;
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
