using ProxSharp.Ids;
using ProxSharp.Pve.Guests;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Tasks;

/// <summary>A wait for a task whose call is made again if it proves that the guest has moved.</summary>
internal sealed class PveTaskPoll : TaskPoll
{
    private readonly TaskServer _server;
    private readonly TaskWaitOptions _options;
    private readonly long _start;
    private MovedGuestTask? _repeat;
    private TaskWait _wait;

    public PveTaskPoll(TaskServer server, Upid upid, MovedGuestTask? repeat, TaskWaitOptions options)
    {
        (_server, _options, _start) = (server, options, server.Clock.GetTimestamp());
        _repeat = repeat?.Successor is null ? repeat : null;
        _wait = new TaskWait(server, repeat?.Successor?.Upid ?? upid, _repeat is null ? options : options with { ThrowOnFailure = false });
    }

    /// <inheritdoc/>
    public override TimeSpan Rest => _wait.Rest;

    /// <inheritdoc/>
    public override TaskResult? Look(CancellationToken cancellationToken)
    {
        if (_wait.Look(cancellationToken) is not { } result)
        {
            return null;
        }

        if (_repeat is { } repeat)
        {
            _repeat = null;
            if (repeat.IsProof(result) && repeat.Repeat(cancellationToken) is { } next)
            {
                _wait = new TaskWait(_server, next.Upid, _options.After(_server.Clock.GetElapsedTime(_start)));
                return null;
            }
        }

        return _options.ThrowOnFailure ? result.EnsureSucceeded(_options.WarningsAreFailures) : result;
    }

    /// <inheritdoc/>
    public override void PauseUntilDue(CancellationToken cancellationToken) => _wait.PauseUntilDue(cancellationToken);
}
