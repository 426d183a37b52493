using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Commands;

/// <summary>What commands work with.</summary>
internal sealed record CommandServices(IConsoleHost Console, CliEnvironment Environment, TimeProvider Time)
{
    /// <summary>The user's contexts.</summary>
    public ContextStore Contexts { get; } = new(Environment, Time);

    /// <summary>The words of the command line, as they were typed.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Where warnings for programs wait for the end of the run.</summary>
    public HeldWarnings Warnings { get; init; } = new();

    /// <summary>Where it is kept for programs what an interrupted run leaves behind.</summary>
    public InterruptedRun Interrupted { get; init; } = new();

    /// <summary>What the user has seen of the log of a task.</summary>
    public ShownLog Log { get; init; } = new();

    /// <summary>Where calls go that are planned and not sent; null if the command is run.</summary>
    public PlanCollector? Planning { get; init; }

    /// <summary>Looks names of servers up, to find out whether they are the same.</summary>
    public HostAddresses Addresses { get; } = new(Environment.LookUp);

    /// <summary>Fetches secrets.</summary>
    public SecretReader Secrets { get; init; } = new(Environment, Time);
}
