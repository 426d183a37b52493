using System.Text;
using ProxSharp.Cli.Errors;
using ProxSharp.Mcp.Policies;

namespace ProxSharp.Cli.Contexts;

/// <summary>Keeps the contexts in a file that only its owner can read.</summary>
internal sealed class ContextStore(CliEnvironment environment, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>The file: <c>PROX_CONFIG</c>, else <c>prox/contexts.json</c> in the directory for configuration of the operating system.</summary>
    public string FilePath { get; } = Locate(environment);

    /// <summary>
    /// What is said behind an error about contexts where <c>PROX_CONFIG</c> names a file that is not there: a slip in it looks like a tool that knows no server.
    /// Empty elsewhere.
    /// </summary>
    public string MissingFile =>
        environment.Variable("PROX_CONFIG") is null || File.Exists(FilePath) ? "" : $": the file {FilePath}, which PROX_CONFIG names, is not there";

    /// <summary>The directory of the file, where other things that the tool remembers are too.</summary>
    /// <exception cref="CliException">The name is that of the root.</exception>
    public string FolderPath => Path.GetDirectoryName(FilePath) ?? throw Unusable("kept in", "it is a directory", null);

    /// <summary>The file with the certificates that somebody accepted at the first use.</summary>
    public string KnownServers => Path.Combine(FolderPath, "known-servers");

    /// <summary>The directory of policies, plans and ledgers. It is named even if nothing can be kept there.</summary>
    public string AgentsPath => Path.Combine(Path.GetDirectoryName(FilePath) ?? FilePath, "agents");

    /// <summary>True if no variable has moved the file away from the account's own directory.</summary>
    public static bool IsUsualPlace(CliEnvironment environment) => Locate(environment) == UsualPlace(environment);

    /// <summary>Reads the contexts; an absent file holds none.</summary>
    /// <exception cref="CliException">The file cannot be read or holds something else.</exception>
    public ContextList Load()
    {
        if (Directory.Exists(FilePath))
        {
            throw Unusable("read from", "it is a directory", null);
        }

        try
        {
            return File.Exists(FilePath) ? ContextReader.Read(GuardFiles.ReadText(FilePath), FilePath, environment) : ContextList.Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable("read from", FileErrors.Reason(e), e);
        }
    }

    /// <summary>Reads the contexts, changes them and writes them back; meanwhile other processes wait.</summary>
    /// <param name="change">Makes the new list of the present one.</param>
    /// <param name="cancellationToken">Stops waiting for others.</param>
    /// <returns>The new list.</returns>
    /// <exception cref="CliException">The file cannot be read or written; nothing was changed then.</exception>
    public async Task<ContextList> UpdateAsync(Func<ContextList, ContextList> change, CancellationToken cancellationToken)
    {
        try
        {
            string target = Target();
            PrivateFolder.Create(Path.GetDirectoryName(target) ?? FolderPath);
            FileStream held = await LockAsync(Beside(target, "lock"), cancellationToken).ConfigureAwait(false);
            await using (held.ConfigureAwait(false))
            {
                ContextList changed = change(Load());
                Save(changed, target);
                return changed;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable("saved in", FileErrors.Reason(e), e);
        }
    }

    /// <summary>Follows links, so that a link into a directory of dotfiles stays one.</summary>
    private string Target() => new FileInfo(FilePath).LinkTarget is null ? FilePath : File.ResolveLinkTarget(FilePath, returnFinalTarget: true)!.FullName;

    /// <summary>Replaces the file in one step: a reader sees the old or the new content, and an interrupted write changes nothing.</summary>
    private static void Save(ContextList list, string target)
    {
        string temporary = Beside(target, Guid.NewGuid().ToString("N"));
        try
        {
            using (FileStream stream = new(temporary, Private(FileMode.CreateNew, FileAccess.Write)))
            {
                stream.Write(Encoding.UTF8.GetBytes(ContextFile.Write(list)));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        // The file stays when it is let go: removing it would let two others hold one lock each.
        long start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, Private(FileMode.OpenOrCreate, FileAccess.ReadWrite));
            }
            catch (IOException e) when (IsHeld(e))
            {
                if (time.GetElapsedTime(start) > s_patience)
                {
                    throw Unusable("saved in", $"another process holds {path}", e);
                }
            }

            await Task.Delay(s_pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    // EAGAIN of Linux and of macOS, and the sharing violation of Windows.
    private static bool IsHeld(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static FileStreamOptions Private(FileMode mode, FileAccess access)
    {
        FileStreamOptions options = new() { Mode = mode, Access = access, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }

    private static string Beside(string target, string ending) => Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{ending}");

    private CliException Unusable(string done, string cause, Exception? exception) => new(
        new CliError
        {
            Code = "config",
            ExitCode = ExitCodes.Error,
            Message = $"The contexts cannot be {done} {FilePath}: {cause.TrimEnd('.')}",
            Hint = "Set PROX_CONFIG to a writable file.",
        },
        exception);

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

    private static string UsualPlace(CliEnvironment environment) => Path.Combine(
        [environment.AccountHome ?? environment.HomeDirectory, .. environment.IsWindows ? (string[])["AppData", "Roaming"] : [".config"], "prox", "contexts.json"]);
}
