namespace ProxSharp.Operations;

/// <summary>
/// Reads files that must be plain ones. A pipe would make its reader wait for a writer, and a device may never end: whoever relies on what stands in a file
/// is refused at once.
/// </summary>
internal static class RegularFiles
{
    /// <summary>Refuses what is there and is no file. What is not there is left to whoever opens it.</summary>
    /// <exception cref="IOException">It is a pipe, a socket or a device.</exception>
    public static void Check(string path)
    {
        if (FileOwner.KindOf(path) is { } kind)
        {
            throw new IOException($"{path} is {kind}, and must be a regular file.");
        }
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="IOException">It is no file, or cannot be read.</exception>
    public static string ReadText(string path)
    {
        Check(path);
        return File.ReadAllText(path);
    }

    /// <summary>Reads bytes.</summary>
    /// <exception cref="IOException">It is no file, or cannot be read.</exception>
    public static byte[] ReadBytes(string path)
    {
        Check(path);
        return File.ReadAllBytes(path);
    }
}
