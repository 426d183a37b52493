using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Natives;

namespace ProxSharp.Backup.Reading.Snapshots;

/// <summary>A file system without room for a file that is restored.</summary>
internal static class FullDisk
{
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    /// <summary>Whether that is what an error says.</summary>
    public static bool Is(Exception failure) => failure is IOException and not FileTreeException && (OperatingSystem.IsWindows()
        ? failure.HResult is WindowsDiskFull or WindowsHandleDiskFull
        : failure.HResult is Errno.NoSpace or Errno.QuotaExceeded);

    /// <summary>The error, with the path that was asked for.</summary>
    public static FileTreeException Tell(string path, Exception failure) =>
        new(FileTreeFault.Full, path, $"Unable to write \"{path}\": no space left on device.", failure);
}
