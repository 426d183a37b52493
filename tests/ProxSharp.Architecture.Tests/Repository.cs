using System.Runtime.CompilerServices;

namespace ProxSharp.Architecture.Tests;

/// <summary>Finds the files of the repository the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> SourceFiles(string folder) =>
        Files(folder, "*.cs").Where(static file => !HasPart(file, "obj") && !HasPart(file, "bin") && !HasPart(file, "Generated"));

    public static IEnumerable<string> Projects(string folder) =>
        Files(folder, "*.csproj").Where(static file => !HasPart(file, "obj"));

    public static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    private static IEnumerable<string> Files(string folder, string pattern)
    {
        string path = Path.Combine(Root, folder);
        return Directory.Exists(path) ? Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories) : [];
    }

    private static bool HasPart(string file, string part) => file.Contains($"{Path.DirectorySeparatorChar}{part}{Path.DirectorySeparatorChar}", StringComparison.Ordinal);

    // The source path is mapped to /_/ in deterministic builds: fall back to the place the tests run from.
    private static string FindRoot([CallerFilePath] string here = "")
    {
        foreach (string? start in new[] { Path.GetDirectoryName(here), AppContext.BaseDirectory })
        {
            for (DirectoryInfo? folder = new(start!); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "ProxSharp.slnx")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("The tests must run from within the repository: no folder above holds ProxSharp.slnx.");
    }
}
