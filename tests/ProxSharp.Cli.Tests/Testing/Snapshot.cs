using System.Runtime.CompilerServices;

namespace ProxSharp.Cli.Tests.Testing;

/// <summary>Compares texts with files under <c>Snapshots</c>; with <c>UPDATE_SNAPSHOTS=1</c> the files are written anew.</summary>
internal static class Snapshot
{
    /// <summary>Asserts that a text is what the file of that name holds.</summary>
    public static void Match(string name, string actual)
    {
        string file = Path.Combine(Folder(), $"{name}.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        Assert.True(File.Exists(file), $"There is no snapshot {name}: run the tests with UPDATE_SNAPSHOTS=1 and look at what it writes.");
        Assert.Equal(File.ReadAllText(file), actual, ignoreLineEndingDifferences: true);
    }

    /// <summary>Returns what the file of that name holds; nothing if there is none.</summary>
    public static string Read(string name)
    {
        string file = Path.Combine(Folder(), $"{name}.txt");
        return File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
    }

    private static string Folder([CallerFilePath] string path = "")
    {
        // Deterministic builds map the path of the sources away: look upwards from the binary then.
        string besides = Path.Combine(Path.GetDirectoryName(path) ?? "", "..", "Snapshots");
        if (Directory.Exists(Path.GetDirectoryName(path)))
        {
            return Path.GetFullPath(besides);
        }

        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "ProxSharp.Cli.Tests.csproj")))
        {
            directory = directory.Parent;
        }

        return Path.Combine(directory?.FullName ?? throw new DirectoryNotFoundException("The project's folder was not found."), "Snapshots");
    }
}
