using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace ProxSharp.Authentication;

/// <summary>A secret in a file that only its owner may read.</summary>
internal sealed class FileSecret : SecretSource
{
    private const int Limit = 64 * 1024;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const UnixFileMode OtherWriters = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    // Docker and Kubernetes mount secrets here, readable for everybody: the container is the border.
    private static readonly string[] s_containerFolders = ["/run/secrets", "/var/run/secrets"];

    private readonly string _path;
    private readonly bool _isMounted;
    private readonly Action<string>? _warned;
    private bool _hasWarned;

    public FileSecret(string path)
        : this(path, s_containerFolders)
    {
    }

    /// <summary>Names the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="containerFolders">The folders in which files may be readable for others.</param>
    internal FileSecret(string path, IReadOnlyList<string> containerFolders)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        string full = Path.GetFullPath(path);
        _isMounted = containerFolders.Any(folder => full.StartsWith(folder + "/", StringComparison.Ordinal));
    }

    /// <summary>Names a file that other users may read, as other programs allow it; they must only not be able to write it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="warned">Told once if others may read it.</param>
    internal FileSecret(string path, Action<string> warned)
        : this(path) => _warned = warned;

    /// <inheritdoc/>
    public override string Read(CancellationToken cancellationToken = default)
    {
        using FileStream file = Open();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Limit);
        try
        {
            int count = file.ReadAtLeast(buffer.AsSpan(0, Limit), Limit, throwOnEndOfStream: false);
            return FirstLine(Text(buffer.AsSpan(0, count)), ToString());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ReadAsync(CancellationToken cancellationToken = default)
    {
        FileStream file = Open();
        await using (file.ConfigureAwait(false))
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(Limit);
            try
            {
                int count = await file.ReadAtLeastAsync(buffer.AsMemory(0, Limit), Limit, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                return FirstLine(Text(buffer.AsSpan(0, count)), ToString());
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"file:{_path}";

    private FileStream Open()
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(_path, new FileStreamOptions { BufferSize = 0, Share = FileShare.ReadWrite | FileShare.Delete });
            CheckMode(file);
            return file;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new InvalidOperationException($"The secret file {_path} cannot be read: {exception.Message}", exception);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    // The mode of the open file, not of the path, so that the file cannot be swapped in between.
    private void CheckMode(FileStream file)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        UnixFileMode mode = File.GetUnixFileMode(file.SafeFileHandle);
        if ((mode & (_isMounted ? OtherWriters : Others)) == 0)
        {
            return;
        }

        string octal = Convert.ToString((int)mode & 0x1FF, 8).PadLeft(4, '0');
        string message = string.Create(
            CultureInfo.InvariantCulture, $"The secret file {_path} has mode {octal}, so other users may get at it: run 'chmod 600 {_path}'.");
        if (_warned is null || (mode & OtherWriters) != 0)
        {
            throw new InvalidOperationException(message);
        }

        if (!_hasWarned)
        {
            _hasWarned = true;
            _warned(message);
        }
    }

    // Bytes that are no text would become another secret without a word, which for a passphrase no other program could give again.
    private string Text(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        int end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        bytes = end < 0 ? bytes : bytes[..end];
        return Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : throw new InvalidOperationException($"The first line of the secret file {_path} is no text in UTF-8.");
    }
}
