using ProxSharp.Operations;

namespace ProxSharp.Mcp.Policies;

/// <summary>Reads files that say what is allowed and who is meant. They are regular files: nobody waits for a pipe or reads a device.</summary>
internal static class GuardFiles
{
    /// <summary>Reads a text.</summary>
    /// <exception cref="IOException">It is no regular file, or cannot be read.</exception>
    public static string ReadText(string path) => RegularFiles.ReadText(path);

    /// <summary>Reads a text that a person names on a command line, where a shell may put the output of another program as <c>/dev/fd/63</c>.</summary>
    /// <exception cref="IOException">It is a pipe by name, a socket or a device, or cannot be read.</exception>
    public static Task<string> ReadNamedAsync(string path, CancellationToken cancellationToken)
    {
        if (!path.StartsWith("/dev/fd/", StringComparison.Ordinal) && !path.StartsWith("/proc/self/fd/", StringComparison.Ordinal) && path != "/dev/stdin")
        {
            RegularFiles.Check(path);
        }

        return File.ReadAllTextAsync(path, cancellationToken);
    }
}
