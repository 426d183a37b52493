using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using ProxSharp.Backup.Files.Natives;

namespace ProxSharp.Backup;

/// <summary>Reads small files as a whole, such as keys and logs. What has no end, or would wait for another program, is refused and not waited for.</summary>
public static class SmallFile
{
    /// <summary>How many bytes files with keys have at most: 1 MiB.</summary>
    public const int LargestKey = 1 << 20;

    private const int BlockSize = 64 * 1024;

    /// <summary>Reads a file. Pipes without a name are read to their end, such as <c>/dev/stdin</c> and what a shell makes of <c>&lt;(command)</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">How many bytes it may have.</param>
    /// <param name="cancellationToken">Gives up, even while a pipe is waited for.</param>
    /// <exception cref="IOException">
    /// It cannot be read, has more bytes, or is a named pipe, a device, a socket or a directory, or a file of the system that waits for what comes next.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static async Task<byte[]> ReadAsync(string path, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        if (PathKind.IsNamedPipe(path))
        {
            throw new IOException($"{path} is a named pipe, and not a file: write what comes from it to a file first");
        }

        if (PathKind.IsDevice(path))
        {
            throw new IOException($"{path} is a device or a socket, and not a file");
        }

        if (Directory.Exists(path))
        {
            throw new IOException($"{path} is a directory, and not a file");
        }

        return await TryReadAsync(path, limit, cancellationToken).ConfigureAwait(false)
            ?? throw new IOException(FormattableString.Invariant($"{path} has more than {limit} bytes"));
    }

    /// <summary>
    /// Puts new content in the place of a file in one step: whoever reads it gets the old content or the new, and nobody who could not read it before. Owner,
    /// group, mode and ACL stay, and a symbolic link stays one. Other names of the file (hard links) keep the old content.
    /// </summary>
    /// <param name="path">The file, which is there.</param>
    /// <param name="content">What it shall hold.</param>
    /// <returns>How many other names the file had; 0 where that is not known.</returns>
    /// <exception cref="IOException">It cannot be replaced, or its owner or ACL cannot be kept. It is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written beside it. It is as it was.</exception>
    public static int Replace(string path, ReadOnlySpan<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string target = Resolve(path);
        string temporary = $"{target}.{Path.GetRandomFileName()}";
        FileStream file = CreateClosed(temporary);
        try
        {
            int others;
            using (file)
            {
                others = KeepRights(path, target, file.SafeFileHandle);
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
            return others;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Creates a file that nobody else may read yet.</summary>
    internal static FileStream CreateClosed(string path)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new(path, options);
    }

    /// <summary>Gives a file that is to take the place of another one its owner, group, mode and ACL.</summary>
    /// <param name="path">The path of the other one, with links.</param>
    /// <param name="target">Where these lead to.</param>
    /// <param name="file">The file.</param>
    /// <returns>How many other names the other one has; 0 where that is not known.</returns>
    /// <exception cref="IOException">They cannot be kept.</exception>
    internal static int KeepRights(string path, string target, SafeFileHandle file)
    {
        // Whose it is first: a mode may open it for a group, which must be the right one then.
        int others = KeepOwner(path, target, file);
        FileRights.Copy(target, file);
        return others;
    }

    /// <summary>
    /// Where the links of a path lead to. The system itself follows them: one in a linked directory leads up from where that really is, and not from its name.
    /// </summary>
    internal static string Resolve(string path)
    {
        if (Libc.IsSupported && OpenFile.TryOpen(path, Libc.PathOnly) is { } file)
        {
            using (file)
            {
                string link = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.DangerousGetHandle()}");
                if (File.ResolveLinkTarget(link, returnFinalTarget: false) is { } found)
                {
                    return found.FullName;
                }
            }
        }

        return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
    }

    private static bool TryStat(string path, out StatxBuffer stat) =>
        Libc.Statx(Libc.CurrentDirectory, Libc.Text(Encoding.UTF8.GetBytes(path)), 0, out stat) == 0;

    private static int KeepOwner(string path, string target, SafeFileHandle file)
    {
        const uint GroupRights = 0x38;
        if (!Libc.IsSupported)
        {
            return 0;
        }

        if (!TryStat(path, out StatxBuffer old) || !TryStat(target, out StatxBuffer found)
            || (old.Inode, old.DeviceMajor, old.DeviceMinor) != (found.Inode, found.DeviceMajor, found.DeviceMinor))
        {
            throw new IOException("it cannot be found out where the link leads to; name the file itself");
        }

        // A group that has no rights does not matter.
        if (Libc.ChangeOwner(file, "\0"u8, old.UserId, old.GroupId, Libc.EmptyPath) != 0
            && ((old.Mode & GroupRights) != 0 || Libc.ChangeOwner(file, "\0"u8, old.UserId, uint.MaxValue, Libc.EmptyPath) != 0))
        {
            throw new IOException(FormattableString.Invariant($"its owner and group {old.UserId}:{old.GroupId} cannot be kept, for only root gives files to others"));
        }

        return (int)old.Links - 1;
    }

    /// <summary>Reads a file that is known to open at once.</summary>
    /// <returns>Null if it has more bytes than it may have.</returns>
    internal static async Task<byte[]?> TryReadAsync(string path, long limit, CancellationToken cancellationToken)
    {
        // Files of /proc and of /etc/pve have no length that could be trusted.
        using MemoryStream bytes = new();
        FileStream stream = new(path, new FileStreamOptions { BufferSize = 0, Share = FileShare.ReadWrite | FileShare.Delete });
        await using (stream.ConfigureAwait(false))
        {
            return await TryReadAsync(path, stream, bytes, limit, cancellationToken).ConfigureAwait(false) ? bytes.ToArray() : null;
        }
    }

    private static async Task<bool> TryReadAsync(string path, FileStream stream, MemoryStream bytes, long limit, CancellationToken cancellationToken)
    {
        // The other end of a pipe may take its time.
        bool mayWait = !PathKind.IsRegular(path);
        byte[] buffer = new byte[BlockSize];
        while (true)
        {
            if (!mayWait && PathKind.WouldWait(stream.SafeFileHandle))
            {
                throw new IOException($"{path} has no end: it waits for what the system writes next");
            }

            // A read of a pipe that waits cannot be stopped, only left to itself.
            int count = await stream.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                return true;
            }

            bytes.Write(buffer, 0, count);
            if (bytes.Length > limit)
            {
                return false;
            }
        }
    }
}
