namespace ProxSharp.Operations;

/// <summary>Files that nobody but their owner may read.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode FileOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

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
        FileStreamOptions options = new() { Mode = mode, Access = access, Share = FileShare.None };
        if (!OperatingSystem.IsWindows() && mode is not FileMode.Open)
        {
            options.UnixCreateMode = FileOnly;
        }

        return new FileStream(path, options);
    }

    public static void Write(string path, ReadOnlySpan<byte> content, FileMode mode)
    {
        using FileStream file = Open(path, mode, FileAccess.Write);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Replaces a file as a whole: whoever reads sees the old content or the new one.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        string next = path + ".new";
        Write(next, content, FileMode.Create);
        File.Move(next, path, overwrite: true);
    }
}
