using System.Text;
using ProxSharp.Authentication;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Policies;

/// <summary>Reads files that say what is allowed and who is meant. They are regular files: nobody waits for a pipe or reads a device.</summary>
internal static class GuardFiles
{
    private const int Longest = 32 * 1024 * 1024;

    /// <summary>Reads a text.</summary>
    /// <exception cref="IOException">It is no regular file, or cannot be read.</exception>
    public static string ReadText(string path) => RegularFiles.ReadText(path);

    /// <summary>Reads a secret: the first line of a file that nobody else may read.</summary>
    /// <exception cref="IOException">It is no regular file.</exception>
    /// <exception cref="InvalidOperationException">It cannot be read, others may get at it, or it is empty.</exception>
    public static string ReadSecret(string path)
    {
        RegularFiles.Check(path);
        return SecretSource.FromFile(path).Read().Trim();
    }

    /// <summary>Reads a text that a person names on a command line, where a shell may put the output of another program as <c>/dev/fd/63</c>.</summary>
    /// <exception cref="IOException">It is a pipe by name, a socket or a device, is far too long, or cannot be read.</exception>
    public static async Task<string> ReadNamedAsync(string path, CancellationToken cancellationToken)
    {
        if (!path.StartsWith("/dev/fd/", StringComparison.Ordinal) && !path.StartsWith("/proc/self/fd/", StringComparison.Ordinal) && path != "/dev/stdin")
        {
            RegularFiles.Check(path);
        }

        using StreamReader reader = new(path);
        return await ReadAsync(reader, path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a text to its end, which must come before it fills the memory.</summary>
    /// <param name="reader">Where it comes from.</param>
    /// <param name="name">What it is called in an error.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="IOException">It is far too long, or cannot be read.</exception>
    public static async Task<string> ReadAsync(TextReader reader, string name, CancellationToken cancellationToken)
    {
        StringBuilder text = new();
        char[] part = new char[64 * 1024];
        while (await reader.ReadAsync(part, cancellationToken).ConfigureAwait(false) is > 0 and { } length)
        {
            text.Append(part, 0, length);
            if (text.Length > Longest)
            {
                throw new IOException($"{name} is longer than {Longest / 1024 / 1024} Mi characters, and must hold a plan, its calls or an approval.");
            }
        }

        return text.ToString();
    }
}
