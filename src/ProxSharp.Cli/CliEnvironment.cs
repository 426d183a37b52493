using System.Collections;
using System.Net;
using System.Text;
using System.Text.Unicode;
using ProxSharp.Cli.Errors;
using ProxSharp.Mcp.Policies;

namespace ProxSharp.Cli;

/// <summary>What the process was started with, beside its arguments.</summary>
internal sealed record CliEnvironment
{
    // Servers are reached over TLS, so that the proxy of http:// never stands between.
    private static readonly string[] s_proxies = ["https_proxy", "all_proxy"];

    /// <summary>The environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>The user's home directory.</summary>
    public required string HomeDirectory { get; init; }

    /// <summary>The home directory that the system knows for the account, whatever <c>HOME</c> says; null if it is not known, or nobody needs it.</summary>
    public string? AccountHome { get; init; }

    /// <summary>The directory that relative file names start from; null if there is none, which <see cref="NoDirectory"/> explains.</summary>
    public required string? CurrentDirectory { get; init; }

    /// <summary>What is wrong with the working directory, as the end of a sentence; null if it can be used.</summary>
    public string? NoDirectory { get; init; }

    /// <summary>The first argument that is not what was typed, because that is no UTF-8; null for none.</summary>
    public string? BrokenArgument { get; init; }

    /// <summary>True on Windows, where configuration lives in <c>%APPDATA%</c> and files have no mode.</summary>
    public bool IsWindows { get; init; } = OperatingSystem.IsWindows();

    /// <summary>The folder of the machine's own configuration, which no variable moves: <c>/etc/prox</c>, <c>%ProgramData%\prox</c> on Windows.</summary>
    public string SystemFolder { get; init; } = PolicyFinder.SystemFolder;

    /// <summary>The name of this machine.</summary>
    public string MachineName { get; init; } = Environment.MachineName;

    /// <summary>Looks the name of a host up.</summary>
    public Func<string, IPAddress[]> LookUp { get; init; } = Dns.GetHostAddresses;

    /// <summary>True if the program was started under the name <c>prox-ro</c>: nothing may be changed then, whatever the context says.</summary>
    public bool IsReadOnlyName { get; init; }

    /// <summary>True if nothing may be changed: by the name of the program, or by <c>PROX_READ_ONLY</c>.</summary>
    public bool IsReadOnly => IsReadOnlyName || Variable("PROX_READ_ONLY") is { } wish && wish != "0";

    /// <summary>Spares this process the authorities of the system, see <see cref="SystemAuthorities.LeaveOut"/>; null if they are needed, or cost nothing.</summary>
    public Action? LeaveOutAuthorities { get; init; }

    /// <summary>True for the names under which the program only reads. Some file systems take large and small letters for the same.</summary>
    public static bool IsReadOnlyProgram(string name) => Path.GetFileNameWithoutExtension(name).Equals("prox-ro", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the environment of this process.</summary>
    public static CliEnvironment FromProcess()
    {
        Dictionary<string, string> variables = new(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        bool isReadOnlyName = ProgramNames().Any(IsReadOnlyProgram);
        (string? directory, string? fault) = WorkingDirectory();
        return new CliEnvironment
        {
            Variables = variables,
            HomeDirectory = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            CurrentDirectory = directory,
            NoDirectory = fault,
            BrokenArgument = FindBroken(Environment.GetCommandLineArgs()),
            IsReadOnlyName = isReadOnlyName,
            AccountHome = isReadOnlyName ? FindAccountHome() : null,

            // The certificate of a proxy is judged by them.
            LeaveOutAuthorities = OperatingSystem.IsLinux() && !UsesProxy(variables) ? SystemAuthorities.LeaveOut : null,
        };
    }

    // Most commands never ask for it, and have to work without.
    private static (string? Directory, string? Fault) WorkingDirectory()
    {
        try
        {
            string directory = Environment.CurrentDirectory;
            return directory.Contains(Rune.ReplacementChar.ToString(), StringComparison.Ordinal)
                ? (null, $"has a name that is not UTF-8 ({directory})")
                : (directory, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, e is UnauthorizedAccessException ? "may not be looked at" : "is not there any more");
        }
    }

    // The runtime puts a sign in the place of bytes that it cannot read, which makes the name of another file. Somebody may have typed the sign itself.
    private static string? FindBroken(string[] arguments)
    {
        string sign = Rune.ReplacementChar.ToString();
        if (!OperatingSystem.IsLinux() || arguments.FirstOrDefault(argument => argument.Contains(sign, StringComparison.Ordinal)) is not { } doubtful)
        {
            return null;
        }

        return Utf8.IsValid(File.ReadAllBytes("/proc/self/cmdline")) ? null : doubtful;
    }

    private static bool UsesProxy(Dictionary<string, string> variables) => variables.Any(
        static variable => variable.Value.Length > 0 && s_proxies.Contains(variable.Key, StringComparer.OrdinalIgnoreCase));

    // The user's name comes from the system, not from a variable. Accounts of directory services are in no file: then HOME has to do.
    private static string? FindAccountHome()
    {
        const string accounts = "/etc/passwd";
        return OperatingSystem.IsLinux() && File.Exists(accounts)
            ? File.ReadLines(accounts).Select(static line => line.Split(':')).FirstOrDefault(static fields => fields.Length > 5 && fields[0] == Environment.UserName)?[5]
            : null;
    }

    // A link to the program is seen by what was typed alone: the runtime resolves it before it tells its names.
    private static IEnumerable<string> ProgramNames()
    {
        yield return Environment.GetCommandLineArgs()[0];
        yield return Environment.ProcessPath ?? "";
        if (OperatingSystem.IsLinux() && File.Exists("/proc/self/cmdline"))
        {
            yield return File.ReadAllText("/proc/self/cmdline").Split('\0')[0];
        }
    }

    /// <summary>Returns a variable; null if it is not set or empty.</summary>
    public string? Variable(string name) => Variables.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;

    /// <summary>Makes a file name absolute; a leading <c>~/</c> stands for the home directory.</summary>
    /// <exception cref="CliException">It is relative, and there is no directory that it could start from.</exception>
    public string AbsolutePath(string path)
    {
        if (path.StartsWith("~/", StringComparison.Ordinal))
        {
            return Path.GetFullPath(path[2..], HomeDirectory);
        }

        if (CurrentDirectory is null && !Path.IsPathFullyQualified(path))
        {
            throw CliException.Usage(
                $"'{path}' starts from the working directory, which {NoDirectory}", "Go to another directory, or name the file by its whole path from / on");
        }

        return Path.GetFullPath(path, CurrentDirectory ?? Path.GetPathRoot(path)!);
    }
}
