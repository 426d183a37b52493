using System.Runtime.InteropServices;

namespace ProxSharp.Cli.Terminal;

/// <summary>Tells whether the reader of a pipe has gone, without writing to it: the runtime keeps quiet about writes that reach nobody.</summary>
internal static class ClosedPipe
{
    private const short Error = 0x8;
    private const short HangUp = 0x10;
    private const short NotOpen = 0x20;

    /// <summary>True if nobody can read what is written to an open file of this process. Always false on Windows, which has no such question.</summary>
    /// <param name="file">The number of the file; 1 is standard output.</param>
    public static bool IsClosed(int file)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        // Nothing is asked for: what has gone wrong is told in any case. Linux calls it an error, macOS a hang-up.
        Question question = new() { File = file };
        return Poll(ref question, 1, 0) > 0 && (question.Answer & (Error | HangUp | NotOpen)) != 0;
    }

    [DllImport("libc", EntryPoint = "poll", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref Question question, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct Question
    {
        public int File;
        public short Events;
        public short Answer;
    }
}
