using ProxSharp.Backup.Files.Natives;

namespace ProxSharp.Backup;

/// <summary>Writes files that are there as a whole or not at all, such as what is downloaded.</summary>
public static class WholeFile
{
    /// <summary>
    /// Writes a file under a name beside it, and gives it its own when all is written. One that is there stays as it is until then; its owner, group, mode and
    /// ACL stay for good, and a symbolic link stays one. Pipes and devices are written to as they are.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content. What it throws, this throws; nothing is left then.</param>
    /// <param name="cancellationToken">Is handed on to <paramref name="write"/>.</param>
    /// <exception cref="IOException">It cannot be written or replaced, or what it replaces is a directory or has an owner that cannot be kept.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written beside it.</exception>
    public static async Task WriteAsync(string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        if (PathKind.IsStream(path) || PathKind.IsDevice(path))
        {
            FileStream stream = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            await using (stream.ConfigureAwait(false))
            {
                await write(stream, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        if (Directory.Exists(path))
        {
            throw new IOException($"Is a directory : '{path}'");
        }

        await ReplaceAsync(path, write, cancellationToken).ConfigureAwait(false);
    }

    private static async Task ReplaceAsync(string path, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        // A link exists also where it leads to nothing yet.
        string target = File.Exists(path) ? SmallFile.Resolve(path) : path;
        bool replaces = File.Exists(target);
        string temporary = $"{target}.{Path.GetRandomFileName()}";
        FileStream file = replaces ? SmallFile.CreateClosed(temporary) : new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            if (replaces)
            {
                _ = SmallFile.KeepRights(path, target, file.SafeFileHandle);
            }

            await using (file.ConfigureAwait(false))
            {
                await write(file, cancellationToken).ConfigureAwait(false);
                // A name that is given before the content is on disk may be that of an empty file when the power goes.
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            // Before anything was written it is open still.
            await file.DisposeAsync().ConfigureAwait(false);
            File.Delete(temporary);
            throw;
        }
    }
}
