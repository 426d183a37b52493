namespace ProxSharp.Simulator.Guests.Shell;

/// <summary>The state of a shell inside a guest.</summary>
internal sealed class ShellContext
{
    /// <summary>More steps than a script takes that means to end.</summary>
    private const int EndlessSteps = 20_000;

    private readonly Counter _steps;

    public ShellContext(Guest guest, int pid, DateTimeOffset now)
        : this(guest, pid, now, new Counter())
    {
    }

    private ShellContext(Guest guest, int pid, DateTimeOffset now, Counter steps) => (Guest, Pid, Started, _steps) = (guest, pid, now, steps);

    public Guest Guest { get; }

    public int Pid { get; }

    /// <summary>When the first program was started.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>How long it has run.</summary>
    public TimeSpan Elapsed { get; set; }

    public DateTimeOffset Now => Started + Elapsed;

    public Dictionary<string, string> Variables { get; init; } = new(StringComparer.Ordinal)
    {
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ["LANG"] = "C.UTF-8",
        ["PWD"] = "/",
    };

    /// <summary>The names of variables that programs see.</summary>
    public HashSet<string> Exported { get; init; } = new(StringComparer.Ordinal) { "PATH", "LANG", "PWD" };

    public string ScriptName { get; set; } = "sh";

    public IReadOnlyList<string> Positional { get; set; } = [];

    public int LastStatus { get; set; }

    public bool StopsOnError { get; set; }

    /// <summary>True if it is bash, whose <c>echo</c> leaves backslashes alone.</summary>
    public bool IsBash { get; set; }

    public string Folder => Variables["PWD"];

    /// <summary>A shell for a part of the script, whose changes of variables stay its own.</summary>
    public ShellContext Fork() => new(Guest, Pid, Started, _steps)
    {
        Variables = new Dictionary<string, string>(Variables, StringComparer.Ordinal),
        Exported = new HashSet<string>(Exported, StringComparer.Ordinal),
        Elapsed = Elapsed,
        ScriptName = ScriptName,
        Positional = Positional,
        LastStatus = LastStatus,
        StopsOnError = StopsOnError,
        IsBash = IsBash,
    };

    /// <summary>Counts one step.</summary>
    /// <exception cref="ShellExit">The script has no end.</exception>
    public void Step()
    {
        if (++_steps.Value > EndlessSteps)
        {
            throw new ShellExit(0, isEndless: true);
        }
    }

    /// <summary>The full path of a file.</summary>
    public string Full(string path) => GuestInside.Normalize(path.StartsWith('/') ? path : $"{Folder}/{path}");

    private sealed class Counter
    {
        public int Value { get; set; }
    }
}
