using System.Text;

namespace ProxSharp.Cli.Contexts;

/// <summary>Keeps the contexts in a file that only its owner can read.</summary>
internal sealed class ContextStore(CliEnvironment environment)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The file: <c>PROX_CONFIG</c>, else <c>prox/contexts.json</c> in the directory for configuration of the operating system.</summary>
    public string FilePath { get; } = Locate(environment);

    /// <summary>Reads the contexts; an absent file holds none.</summary>
    public ContextList Load() => File.Exists(FilePath)
        ? ContextFile.Read(File.ReadAllText(FilePath), FilePath, environment)
        : ContextList.Empty;

    /// <summary>Replaces the file in one step: a reader sees the old or the new content, and an interrupted write changes nothing.</summary>
    public void Save(ContextList list)
    {
        string directory = Path.GetDirectoryName(FilePath)!;
        CreateDirectory(directory);
        string temporary = Path.Combine(directory, $".{Path.GetFileName(FilePath)}.{Guid.NewGuid():N}");
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        try
        {
            using (FileStream stream = new(temporary, options))
            {
                stream.Write(Encoding.UTF8.GetBytes(ContextFile.Write(list)));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, FilePath, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void CreateDirectory(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    private static string Locate(CliEnvironment environment)
    {
        if (environment.Variable("PROX_CONFIG") is { } chosen)
        {
            return environment.AbsolutePath(chosen);
        }

        string directory = environment switch
        {
            { IsWindows: true } => environment.Variable("APPDATA") ?? Path.Combine(environment.HomeDirectory, "AppData", "Roaming"),

            // The specification of these directories tells programs to ignore relative values.
            _ when environment.Variable("XDG_CONFIG_HOME") is { } home && Path.IsPathRooted(home) => home,
            _ => Path.Combine(environment.HomeDirectory, ".config"),
        };
        return Path.Combine(directory, "prox", "contexts.json");
    }
}
