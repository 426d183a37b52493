using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Guarding;

/// <summary>Gathers the calls of a command that is planned and not run.</summary>
internal sealed class PlanCollector
{
    private readonly List<PlannedCall> _calls = [];

    /// <summary>The calls in their order.</summary>
    public IReadOnlyList<PlannedCall> Calls => _calls;

    /// <summary>The server that the command is for; null before it said so.</summary>
    public ServerContext? Context { get; private set; }

    /// <summary>The run of the command; null before it said so.</summary>
    public CommandRun? Run { get; private set; }

    /// <summary>Takes calls.</summary>
    public void Add(CommandRun run, ServerContext context, IEnumerable<PlannedCall> calls)
    {
        (Run, Context) = (run, context);
        _calls.AddRange(calls);
    }
}
