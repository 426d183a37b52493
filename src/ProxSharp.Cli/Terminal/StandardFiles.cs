using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ProxSharp.Cli.Terminal;

/// <summary>
/// Tells which of the standard streams this process was given. Whoever starts a program may have closed some (<c>&lt;&amp;-</c> in a shell); the next files
/// that the runtime opens for itself take their numbers, such as its source of random bytes and the pipe of its signals, and must be neither read nor written.
/// </summary>
internal static class StandardFiles
{
    public const int Input = 0;
    public const int Output = 1;
    public const int Error = 2;

    private const int GetDescriptorFlags = 1;
    private const int CloseOnExec = 1;

    // They stay open until the process ends, so that no connection takes their place.
    private static readonly List<SafeFileHandle> s_placeholders = [];
    private static readonly bool[] s_missing = new bool[Error + 1];

    /// <summary>Looks for them. To be called once, when the program has opened nothing yet.</summary>
    public static void Hold()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        for (int number = Input; number <= Error; number++)
        {
            // What is closed when a program starts cannot have come with it: it is the runtime's.
            int flags = GetFlags(number, GetDescriptorFlags);
            s_missing[number] = flags < 0 || (flags & CloseOnExec) != 0;
            if (flags < 0)
            {
                s_placeholders.Add(File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            }
        }
    }

    /// <summary>True if the process was started without this stream. Always false on Windows, where streams have no numbers.</summary>
    /// <param name="number">Which one, such as <see cref="Input"/>.</param>
    public static bool IsMissing(int number) => s_missing[number];

    /// <summary>What the process was given to read; nothing if that is missing.</summary>
    public static Stream OpenInput() => IsMissing(Input) ? Stream.Null : Console.OpenStandardInput();

    /// <summary>Where results go.</summary>
    /// <exception cref="IOException">It is missing.</exception>
    public static Stream OpenOutput() => IsMissing(Output) ? throw new IOException("it is closed") : Console.OpenStandardOutput();

    /// <summary>Where messages go.</summary>
    /// <exception cref="IOException">It is missing.</exception>
    public static Stream OpenError() => IsMissing(Error) ? throw new IOException("it is closed") : Console.OpenStandardError();

    // fcntl takes more arguments for other questions; for this one there are none.
    [DllImport("libc", EntryPoint = "fcntl", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetFlags(int file, int question);
}
