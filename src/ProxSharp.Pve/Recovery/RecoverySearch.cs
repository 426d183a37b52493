using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Http;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Recovery;

/// <summary>Looks for the trace of a lost call on the server.</summary>
internal sealed class RecoverySearch
{
    private const int LogLines = 50;

    private readonly PveClient _client;
    private readonly ProxmoxOutcomeUnknownException _lost;
    private readonly RecoveryOptions _options;
    private readonly TimeProvider _time;
    private readonly bool _startsTask;
    private readonly string? _node;
    private readonly IObjectTrace? _object;
    private readonly TargetTrace? _target;
    private readonly LogTrace? _log;

    // True while a task that fits has not yet written the lines that tell whose it is.
    private bool _isSilent;

    public RecoverySearch(PveClient client, ProxmoxOutcomeUnknownException lost, RecoveryOptions options)
    {
        (_client, _lost, _options, _time) = (client, lost, options, client.Options.TimeProvider);
        _node = lost.Parameters.FirstOrDefault(static parameter => parameter.Name == "node").Text;
        _startsTask = client.Schema.Find(lost.Operation.Method, lost.Operation.Path)?.Task is not (null or ApiTaskKind.None) && _node is not null;
        _object = _startsTask ? null : (IObjectTrace?)PoolTrace.Of(lost) ?? ObjectTrace.Of(lost, client.Schema);
        _target = _startsTask ? TargetTrace.Of(lost) : null;
        _log = _startsTask ? LogTrace.Of(lost) : null;
    }

    public async Task<RecoveryResult> RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan ahead = _startsTask ? await AheadAsync(cancellationToken).ConfigureAwait(false) : TimeSpan.Zero;
        while (true)
        {
            bool last = IsLastLook;
            RecoveryResult found = _startsTask
                ? await JudgeTasksAsync(Trace(ahead), cancellationToken).ConfigureAwait(false)
                : _object is null ? NoTrace : _object.Judge(await ReadAsync(_object.Path, _object.Query, cancellationToken).ConfigureAwait(false));
            if (last || IsFinal(found))
            {
                return found;
            }

            await Pause.ForAsync(_options.Interval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    public RecoveryResult Run(CancellationToken cancellationToken)
    {
        TimeSpan ahead = _startsTask ? Ahead(cancellationToken) : TimeSpan.Zero;
        while (true)
        {
            bool last = IsLastLook;
            RecoveryResult found = _startsTask
                ? JudgeTasks(Trace(ahead), cancellationToken)
                : _object is null ? NoTrace : _object.Judge(Read(_object.Path, _object.Query, cancellationToken));
            if (last || IsFinal(found))
            {
                return found;
            }

            Pause.For(_options.Interval, _time, cancellationToken);
        }
    }

    private static RecoveryResult NoTrace => new(RecoveredOutcome.Undetermined, "The API has no way to read what this call changes.");

    // What has not happened yet may still come, and what several tasks may have done may become clear when they have got further.
    private bool IsFinal(RecoveryResult found) => found.Outcome switch
    {
        RecoveredOutcome.Undetermined => _target is null && _log is null,
        _ => found.Outcome == RecoveredOutcome.Happened && !_isSilent,
    };

    // Only what is looked at after the grace shows that nothing came of the call.
    private bool IsLastLook => _time.GetUtcNow() - _lost.LostAt >= _options.Grace;

    private TaskTrace Trace(TimeSpan ahead) => new(_lost, _client.Options.Credentials.User, ahead, _options.Grace);

    private async Task<TimeSpan> AheadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Ahead(await _client.Nodes[_node!].Time.GetAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (ProxmoxPermissionException)
        {
            return TimeSpan.Zero; // Who may not read the node's clock has to trust that both are right.
        }
    }

    private TimeSpan Ahead(CancellationToken cancellationToken)
    {
        try
        {
            return Ahead(_client.Nodes[_node!].Time.Get(cancellationToken));
        }
        catch (ProxmoxPermissionException)
        {
            return TimeSpan.Zero; // Who may not read the node's clock has to trust that both are right.
        }
    }

    // The server tells its time in whole seconds.
    private TimeSpan Ahead(NodesTimeResult server) => DateTimeOffset.FromUnixTimeSeconds(server.Time) - _time.GetUtcNow();

    private async Task<RecoveryResult> JudgeTasksAsync(TaskTrace trace, CancellationToken cancellationToken)
    {
        IReadOnlyList<NodesTasksItem> tasks = (await _client.Api.Nodes.Tasks.ListAsync(
            _node!, trace.Request, null, cancellationToken).ConfigureAwait(false)).Data;
        bool? isReached = await IsReachedAsync(cancellationToken).ConfigureAwait(false);
        List<Upid> fitting = Fitting(trace, tasks);
        _isSilent = false;
        foreach (Upid upid in _log is null ? [] : fitting.ToArray())
        {
            if (IsOfAnother(await LogAsync(upid, cancellationToken).ConfigureAwait(false)))
            {
                fitting.Remove(upid);
            }
        }

        return Judge(trace, tasks, fitting, isReached);
    }

    private RecoveryResult JudgeTasks(TaskTrace trace, CancellationToken cancellationToken)
    {
        IReadOnlyList<NodesTasksItem> tasks = _client.Api.Nodes.Tasks.List(_node!, trace.Request, null, cancellationToken).Data;
        bool? isReached = IsReached(cancellationToken);
        List<Upid> fitting = Fitting(trace, tasks);
        _isSilent = false;
        fitting.RemoveAll(upid => _log is not null && IsOfAnother(Log(upid, cancellationToken)));
        return Judge(trace, tasks, fitting, isReached);
    }

    private bool IsOfAnother(IReadOnlyList<string> log)
    {
        bool? verdict = _log!.IsOfAnother(log);
        _isSilent |= verdict is null;
        return verdict == true;
    }

    // A task that the client knows was started by another call.
    private List<Upid> Fitting(TaskTrace trace, IReadOnlyList<NodesTasksItem> tasks)
    {
        List<Upid> fitting = trace.Matches(tasks);
        fitting.RemoveAll(upid => _client.KnowsTask(upid.ToString()));
        return fitting;
    }

    private RecoveryResult Judge(TaskTrace trace, IReadOnlyList<NodesTasksItem> tasks, List<Upid> fitting, bool? isReached)
    {
        // What has done its work, but not the call's, is another call's.
        int others = isReached == false ? fitting.RemoveAll(upid => HasSucceeded(tasks, upid)) : 0;
        string caller = _client.Options.Credentials.User;
        return (isReached, fitting) switch
        {
            (true, _) => new RecoveryResult(RecoveredOutcome.Happened, _target!.Evidence) { Task = fitting is [Upid made] ? _client.Tasks[made] : null },
            (_, []) when others > 0
                => new RecoveryResult(RecoveredOutcome.DidNotHappen, $"The tasks that fit did something else; what {_lost.Path} was to do is not done."),
            (_, []) => new RecoveryResult(RecoveredOutcome.DidNotHappen, $"No task of {caller} on {_node} fits the call."),

            (_, [Upid only]) when trace.IsOvertaken(only, tasks) => new RecoveryResult(
                RecoveredOutcome.Undetermined,
                $"The task {only} fits the call, but may be older: it began when the call was sent, and another task of its guest came after it."),

            // One that still runs, or failed, has not made it yet or never will: it is the call's all the same.
            (_, [Upid only]) when trace.KnowsType =>
                new RecoveryResult(RecoveredOutcome.Happened, $"The task {only} fits the call.") { Task = _client.Tasks[only] },
            _ => new RecoveryResult(RecoveredOutcome.Undetermined, $"{fitting.Count} tasks fit the call: {string.Join(", ", fitting)}."),
        };
    }

    private static bool HasSucceeded(IReadOnlyList<NodesTasksItem> tasks, Upid upid) => tasks.Any(task => task.Upid == upid.ToString()
        && task.EndTime is not null
        && task.Status is { } status
        && (status == "OK" || status.StartsWith("WARNINGS", StringComparison.Ordinal)));

    private async Task<bool?> IsReachedAsync(CancellationToken cancellationToken) => _target switch
    {
        null => null,
        { NewGuest: { } id } => await _client.Locator.FindAsync(id, cancellationToken).ConfigureAwait(false) is not null,
        _ => _target.IsReached(await ReadAsync(_target.ListPath, null, cancellationToken).ConfigureAwait(false)),
    };

    private bool? IsReached(CancellationToken cancellationToken) => _target switch
    {
        null => null,
        { NewGuest: { } id } => _client.Locator.Find(id, cancellationToken) is not null,
        _ => _target.IsReached(Read(_target.ListPath, null, cancellationToken)),
    };

    // The first lines repeat what the task was asked for.
    private async Task<IReadOnlyList<string>> LogAsync(Upid upid, CancellationToken cancellationToken) =>
        Texts(await _client.Tasks.Server.ReadLogAsync(upid, 0, LogLines, cancellationToken).ConfigureAwait(false));

    private IReadOnlyList<string> Log(Upid upid, CancellationToken cancellationToken) =>
        Texts(_client.Tasks.Server.ReadLog(upid, 0, LogLines, cancellationToken));

    private static IReadOnlyList<string> Texts(TaskLogPage page) => [.. page.Lines.Select(static line => line.Text)];

    private async Task<JsonElement?> ReadAsync(string path, ApiParameters? query, CancellationToken cancellationToken)
    {
        try
        {
            return (await _client.Raw.GetAsync(path, query, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxNotFoundException)
        {
            return null;
        }
    }

    private JsonElement? Read(string path, ApiParameters? query, CancellationToken cancellationToken)
    {
        try
        {
            return _client.Raw.Get(path, query, cancellationToken: cancellationToken).Data;
        }
        catch (ProxmoxNotFoundException)
        {
            return null;
        }
    }
}
