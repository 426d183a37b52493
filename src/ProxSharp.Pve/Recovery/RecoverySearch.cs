using System.Text.Json;
using ProxSharp.Http;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Schema;

namespace ProxSharp.Pve.Recovery;

/// <summary>Looks for the trace of a lost call on the server.</summary>
internal sealed class RecoverySearch
{
    private readonly PveClient _client;
    private readonly ProxmoxOutcomeUnknownException _lost;
    private readonly RecoveryOptions _options;
    private readonly TimeProvider _time;
    private readonly bool _startsTask;
    private readonly string? _node;
    private readonly ObjectTrace? _object;
    private readonly TargetTrace? _target;

    public RecoverySearch(PveClient client, ProxmoxOutcomeUnknownException lost, RecoveryOptions options)
    {
        (_client, _lost, _options, _time) = (client, lost, options, client.Options.TimeProvider);
        _node = lost.Parameters.FirstOrDefault(static parameter => parameter.Name == "node").Text;
        _startsTask = client.Schema.Find(lost.Operation.Method, lost.Operation.Path)?.Task is not (null or ApiTaskKind.None) && _node is not null;
        _object = _startsTask ? null : ObjectTrace.Of(lost, client.Schema);
        _target = _startsTask ? TargetTrace.Of(lost) : null;
    }

    public async Task<RecoveryResult> RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan ahead = _startsTask ? await AheadAsync(cancellationToken).ConfigureAwait(false) : TimeSpan.Zero;
        while (true)
        {
            bool last = IsLastLook;
            RecoveryResult found = _startsTask
                ? JudgeTasks(
                    Trace(ahead),
                    (await _client.Api.Nodes.Tasks.ListAsync(_node!, Trace(ahead).Request, null, cancellationToken).ConfigureAwait(false)).Data,
                    await TargetExistsAsync(cancellationToken).ConfigureAwait(false))
                : _object is null ? NoTrace : _object.Judge(await ReadAsync(_object.Path, cancellationToken).ConfigureAwait(false));
            if (last || found.Outcome != RecoveredOutcome.DidNotHappen)
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
                ? JudgeTasks(Trace(ahead), _client.Api.Nodes.Tasks.List(_node!, Trace(ahead).Request, null, cancellationToken).Data, TargetExists(cancellationToken))
                : _object is null ? NoTrace : _object.Judge(Read(_object.Path, cancellationToken));
            if (last || found.Outcome != RecoveredOutcome.DidNotHappen)
            {
                return found;
            }

            Pause.For(_options.Interval, _time, cancellationToken);
        }
    }

    private static RecoveryResult NoTrace => new(RecoveredOutcome.Undetermined, "The API has no way to read what this call changes.");

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

    private RecoveryResult JudgeTasks(TaskTrace trace, IReadOnlyList<NodesTasksItem> tasks, bool? targetExists)
    {
        // A task that the client knows was started by another call.
        IReadOnlyList<Upid> fitting = [.. trace.Matches(tasks).Where(upid => !_client.KnowsTask(upid.ToString()))];
        string caller = _client.Options.Credentials.User;
        return (targetExists, fitting) switch
        {
            (true, _) => new RecoveryResult(RecoveredOutcome.Happened, $"What {_lost.Path} was to make exists.") { Task = fitting is [Upid made] ? _client.Tasks[made] : null },
            (_, []) => new RecoveryResult(RecoveredOutcome.DidNotHappen, $"No task of {caller} on {_node} fits the call."),
            (false, _) when fitting.All(upid => HasSucceeded(tasks, upid))
                => new RecoveryResult(RecoveredOutcome.DidNotHappen, $"The tasks that fit made something else; what {_lost.Path} was to make does not exist."),

            // One that still runs, or failed, has not made it yet or never will: it is the call's all the same.
            (_, [Upid only]) when trace.KnowsType => new RecoveryResult(RecoveredOutcome.Happened, $"The task {only} fits the call.") { Task = _client.Tasks[only] },
            _ => new RecoveryResult(RecoveredOutcome.Undetermined, $"{fitting.Count} tasks fit the call: {string.Join(", ", fitting)}."),
        };
    }

    private static bool HasSucceeded(IReadOnlyList<NodesTasksItem> tasks, Upid upid) =>
        tasks.Any(task => task.Upid == upid.ToString() && task.EndTime is not null && task.Status is { } status && (status == "OK" || status.StartsWith("WARNINGS", StringComparison.Ordinal)));

    private async Task<bool?> TargetExistsAsync(CancellationToken cancellationToken) => _target switch
    {
        null => null,
        { NewGuest: { } id } => await _client.Locator.TryLocateAsync(id, cancellationToken).ConfigureAwait(false) is not null,
        _ => await ReadAsync(_target.SnapshotPath!, cancellationToken).ConfigureAwait(false) is not null,
    };

    private bool? TargetExists(CancellationToken cancellationToken) => _target switch
    {
        null => null,
        { NewGuest: { } id } => _client.Locator.TryLocate(id, cancellationToken) is not null,
        _ => Read(_target.SnapshotPath!, cancellationToken) is not null,
    };

    private async Task<JsonElement?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await _client.Raw.GetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        }
        catch (ProxmoxNotFoundException)
        {
            return null;
        }
    }

    private JsonElement? Read(string path, CancellationToken cancellationToken)
    {
        try
        {
            return _client.Raw.Get(path, cancellationToken: cancellationToken).Data;
        }
        catch (ProxmoxNotFoundException)
        {
            return null;
        }
    }
}
