namespace ProxSharp.Cli.Tests.Testing;

/// <summary>A user of the tool with an own home directory.</summary>
internal sealed class CliHarness : IDisposable
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public CliHarness()
    {
        Home = Directory.CreateTempSubdirectory("prox-test-").FullName;
        Time = TimeProvider.System;
    }

    /// <summary>The user's home directory.</summary>
    public string Home { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; }

    /// <summary>What is typed into standard input.</summary>
    public string Input { get; set; } = "";

    /// <summary>The width of the terminal; null if there is none.</summary>
    public int? TerminalWidth { get; set; }

    /// <summary>Tells whether nobody reads the data that a command writes any more.</summary>
    public Func<bool>? IsOutputClosed { get; init; }

    /// <summary>The file with the contexts.</summary>
    public string ContextFile => Path.Combine(Home, ".config", "prox", "contexts.json");

    /// <summary>True if the program was started as <c>prox-ro</c>.</summary>
    public bool IsReadOnlyName { get; set; }

    /// <summary>What is wrong with the working directory; null for nothing.</summary>
    public string? NoDirectory { get; set; }

    /// <summary>An argument that is no UTF-8; null for none.</summary>
    public string? BrokenArgument { get; set; }

    /// <summary>The home directory that the system knows for the account.</summary>
    public string? AccountHome { get; set; }

    /// <summary>The name of the machine.</summary>
    public string MachineName { get; init; } = "desk";

    /// <summary>The folder of the machine's own configuration.</summary>
    public string SystemFolder => Path.Combine(Home, "etc-prox");

    /// <summary>The addresses behind names of hosts; other names have none.</summary>
    public Dictionary<string, System.Net.IPAddress[]> Hosts { get; } = new(StringComparer.Ordinal);

    /// <summary>How often a run said that it does not need the authorities of the system.</summary>
    public int AuthoritiesLeftOut { get; private set; }

    public CliEnvironment Environment => new()
    {
        Variables = _variables,
        HomeDirectory = Home,
        CurrentDirectory = NoDirectory is null ? Home : null,
        NoDirectory = NoDirectory,
        BrokenArgument = BrokenArgument,
        IsWindows = false,
        IsReadOnlyName = IsReadOnlyName,
        AccountHome = AccountHome,
        MachineName = MachineName,
        SystemFolder = SystemFolder,
        LookUp = host => Hosts.TryGetValue(host, out System.Net.IPAddress[]? found) ? found : throw new System.Net.Sockets.SocketException(11001),
        LeaveOutAuthorities = () => AuthoritiesLeftOut++,
    };

    /// <summary>Writes the policy of a context.</summary>
    public void Guard(string context, string policy)
    {
        string folder = Path.Combine(Path.GetDirectoryName(ContextFile)!, "agents", context);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "policy.json"), policy);
    }

    /// <summary>The folder in which the guard of a context keeps plans and the ledger.</summary>
    public string StateOf(string context) => Path.Combine(Path.GetDirectoryName(ContextFile)!, "agents", context);

    /// <summary>Sets an environment variable.</summary>
    public CliHarness With(string name, string value)
    {
        _variables[name] = value;
        return this;
    }

    /// <summary>Writes a file into the home directory and returns its path.</summary>
    public string Write(string name, string content)
    {
        string path = Path.Combine(Home, name);
        File.WriteAllText(path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }

    /// <summary>Runs a command line given as separate arguments.</summary>
    public Task<CliRun> RunAsync(params string[] arguments) => RunAsync(arguments, TestContext.Current.CancellationToken);

    /// <summary>Runs a command line as a shell would split it, and interrupts it.</summary>
    public Task<CliRun> InterruptedAsync(string line) => RunAsync([.. ShellWords.Split(line)], new CancellationToken(canceled: true));

    private async Task<CliRun> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using TestConsole console = new()
        {
            In = new StringReader(Input),
            IsInputTerminal = TerminalWidth is not null,
            IsOutputTerminal = TerminalWidth is not null,
            IsErrorTerminal = TerminalWidth is not null,
            Width = TerminalWidth,
            IsOutputClosed = IsOutputClosed,
        };
        int exitCode = await new CliApp(console, Environment, Time).RunAsync(arguments, cancellationToken);
        return new CliRun(exitCode, console.Output, console.Errors);
    }

    /// <summary>Runs a command line as a shell would split it, without <c>prox</c>.</summary>
    public Task<CliRun> LineAsync(string line) =>
        RunAsync([.. ShellWords.Split(line)]);

    /// <summary>Runs what writes again and again until the reader of its output goes away after the first time.</summary>
    /// <returns>The exit code.</returns>
    internal async Task<int> RunUntilClosedAsync(TestConsole console, string line)
    {
        Task<int> running = new CliApp(console, Environment, Time).RunAsync([.. ShellWords.Split(line)], TestContext.Current.CancellationToken);
        await Task.WhenAny(console.Flushed, running);
        console.CloseOutput();
        return await running;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Home, recursive: true);
}
