namespace ProxSharp.Operations;

/// <summary>Files that nobody but their owner may read.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode FileOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int Patience = 200;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Opens or reads a file that another holds for a moment; it is tried for two seconds.</summary>
    /// <exception cref="IOException">The other does not let go, or something else is wrong.</exception>
    public static T WhenFree<T>(Func<T> open)
    {
        for (int tries = 0; ; tries++)
        {
            try
            {
                return open();
            }
            catch (IOException e) when (IsHeld(e) && tries < Patience)
            {
                ProxSharp.Http.Pause.For(s_pause, TimeProvider.System, CancellationToken.None);
            }
        }
    }

    // EAGAIN of Linux and of macOS, and the sharing violation of Windows.
    private static bool IsHeld(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);

    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, FileOnly | UnixFileMode.UserExecute);
    }

    /// <summary>Opens a file; a new one gets its rights at once, so that there is no moment in which others can open it.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access)
    {
        RegularFiles.Check(path);

        // What is written goes to the file at once: what a buffer still holds when that fails would fail again with the closing.
        FileStreamOptions options = new() { Mode = mode, Access = access, Share = FileShare.None, BufferSize = access == FileAccess.Read ? 4096 : 0 };
        if (!OperatingSystem.IsWindows() && mode is not FileMode.Open)
        {
            options.UnixCreateMode = FileOnly;
        }

        return new FileStream(path, options);
    }

    /// <summary>Writes a file. Of a new one that cannot be written to its end nothing stays: half of a key or of a mark would be one that is damaged.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content, FileMode mode)
    {
        FileStream opened = Open(path, mode, FileAccess.Write);
        try
        {
            using FileStream file = opened;
            Fill(file, content);
        }
        catch (IOException) when (mode == FileMode.CreateNew)
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Writes to a file, down to the disk.</summary>
    /// <exception cref="IOException">It cannot be written to the end.</exception>
    public static void Fill(FileStream file, ReadOnlySpan<byte> content)
    {
        try
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // That is what the runtime makes of EFBIG: the length of a file has a limit, of the user (ulimit -f) or of the file system.
            throw new IOException($"{file.Name} may not become larger: the limit for the size of files is reached.", e);
        }
    }

    /// <summary>Replaces a file as a whole: whoever reads sees the old content or the new one.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        string next = path + ".new";
        Write(next, content, FileMode.Create);
        File.Move(next, path, overwrite: true);
    }
}
