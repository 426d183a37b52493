using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ProxSharp.Backup.Files.Natives;

namespace ProxSharp.Backup.Sources;

/// <summary>The bytes of an image: a file, a block device or a stream.</summary>
internal sealed partial class ImageInput : IDisposable
{
    private const int SeekEnd = 2;

    private readonly SafeFileHandle? _file;
    private readonly Stream? _stream;
    private readonly long _streamStart;
    private long _position;

    private ImageInput(SafeFileHandle? file, Stream? stream, long length)
    {
        (_file, _stream, Length) = (file, stream, length);
        _streamStart = stream is { CanSeek: true } ? stream.Position : 0;
    }

    /// <summary>The size in bytes.</summary>
    public long Length { get; }

    /// <summary>Whether parts can be left out.</summary>
    public bool CanSkip => _file is not null || _stream is { CanSeek: true };

    /// <summary>How many bytes there are now; of what is no file, as many as at the start.</summary>
    public long CurrentLength => _file is null ? Length : Math.Max(Length, RandomAccess.GetLength(_file));

    /// <summary>Opens a file or block device.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static ImageInput Open(string path)
    {
        if (PathKind.IsStream(path))
        {
            throw NoSize(path);
        }

        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        try
        {
            long length = LengthOf(file, path);

            // The size in the directory entry of a block device is zero; where it ends tells its size.
            return new ImageInput(file, null, length == 0 ? EndOf(file) : length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static long LengthOf(SafeFileHandle file, string path)
    {
        try
        {
            return RandomAccess.GetLength(file);
        }
        catch (NotSupportedException exception)
        {
            throw NoSize(path, exception);
        }
    }

    // Proxmox: the server wants to know the size of an image before its first byte.
    private static IOException NoSize(string path, Exception? cause = null) =>
        new($"{path} is a pipe or the like, and the size of an image must be known before: write it to a file first", cause);

    /// <summary>Where a device ends; 0 where that is not known.</summary>
    public static long EndOf(SafeFileHandle device) => OperatingSystem.IsWindows() ? 0 : Math.Max(0, Seek(device, 0, SeekEnd));

    /// <summary>Whether the file system says that nothing was ever written to a range, which then reads as zeros. Devices and streams never say so.</summary>
    public bool IsHole(long position, long length)
    {
        if (_file is null || !OperatingSystem.IsLinux())
        {
            return false;
        }

        long data = Seek(_file, position, Libc.SeekData);
        if (data >= 0)
        {
            return data - position >= length;
        }

        // No data follows: a hole to the end, unless what lay here was cut off since. After other failures the file system keeps no account of holes.
        return Marshal.GetLastPInvokeError() == Errno.NoDevice && RandomAccess.GetLength(_file) >= position + length;
    }

    /// <summary>Reads a stream, which is not disposed.</summary>
    public static ImageInput Read(Stream stream, long? length) => new(null, stream, length ?? (stream.Length - stream.Position));

    /// <summary>Reads bytes; fewer than asked for at most at the end.</summary>
    public async ValueTask<int> ReadAsync(long position, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (_file is not null)
        {
            return await RandomAccess.ReadAsync(_file, destination, position, cancellationToken).ConfigureAwait(false);
        }

        if (position != _position)
        {
            _stream!.Position = _streamStart + position;
        }

        int count = await _stream!.ReadAsync(destination, cancellationToken).ConfigureAwait(false);
        _position = position + count;
        return count;
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long Seek(SafeFileHandle file, long offset, int origin);
}
