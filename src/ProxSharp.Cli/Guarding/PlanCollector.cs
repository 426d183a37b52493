using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Recording;

namespace ProxSharp.Cli.Guarding;

/// <summary>Gathers the calls of a command that is planned and not run.</summary>
/// <param name="planner">The run that plans it: what the command reads is in its recording, which it closes.</param>
internal sealed class PlanCollector(CommandRun planner)
{
    private readonly List<PlannedCall> _calls = [];

    /// <summary>Where exchanges are written down; null if nobody wants a recording.</summary>
    public ExchangeRecorder? Recorder => planner.Recorder;

    /// <summary>Where calls are written; null if nobody wants to see them.</summary>
    public HttpLog? HttpLog => planner.HttpLog;

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
