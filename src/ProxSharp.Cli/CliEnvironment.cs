using System.Collections;
using System.Net;
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

    /// <summary>The directory that relative file names start from.</summary>
    public required string CurrentDirectory { get; init; }

    /// <summary>True on Windows, where configuration lives in <c>%APPDATA%</c> and files have no mode.</summary>
    public bool IsWindows { get; init; } = OperatingSystem.IsWindows();

    /// <summary>The folder of the machine's own configuration, which no variable moves: <c>/etc/prox</c>, <c>%ProgramData%\prox</c> on Windows.</summary>
    public string SystemFolder { get; init; } = PolicyFinder.SystemFolder;

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
        return new CliEnvironment
        {
            Variables = variables,
            HomeDirectory = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            CurrentDirectory = Environment.CurrentDirectory,
            IsReadOnlyName = isReadOnlyName,
            AccountHome = isReadOnlyName ? FindAccountHome() : null,

            // The certificate of a proxy is judged by them.
            LeaveOutAuthorities = OperatingSystem.IsLinux() && !UsesProxy(variables) ? SystemAuthorities.LeaveOut : null,
        };
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
    public string AbsolutePath(string path) => path.StartsWith("~/", StringComparison.Ordinal)
        ? Path.GetFullPath(path[2..], HomeDirectory)
        : Path.GetFullPath(path, CurrentDirectory);
}
