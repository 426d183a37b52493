using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ProxSharp.Cli;

/// <summary>How many files this process may have open. A backup has one for each level of a tree, and many connections are files too.</summary>
internal static partial class OpenFileLimit
{
    /// <summary>Takes all that the system grants: shells hand over a low limit for the sake of old programs, which nobody means for a tree of many levels.</summary>
    [SupportedOSPlatform("linux")]
    public static void Raise()
    {
        const int openFiles = 7;
        if (Get(openFiles, out Limit limit) == 0 && limit.Soft < limit.Hard)
        {
            // Where that is refused, the limit is as it was.
            _ = Set(openFiles, new Limit { Soft = limit.Hard, Hard = limit.Hard });
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public nuint Soft;
        public nuint Hard;
    }
}
