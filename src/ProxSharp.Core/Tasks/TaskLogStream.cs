using System.Runtime.CompilerServices;
using ProxSharp.Http;
using ProxSharp.Ids;

namespace ProxSharp.Tasks;

/// <summary>Reads a log from its first line to the last one that is there, or to the last one there will be.</summary>
internal sealed class TaskLogStream(TaskServer server, Upid upid, bool follow)
{
    private readonly TaskTracker _tracker = new(upid, TaskWaitOptions.Default, server.Clock);
    private readonly TaskLogCursor _cursor = new();
    private bool _hasEnded;
    private bool? _isActive;

    /// <summary>Reads the lines.</summary>
    public async IAsyncEnumerable<TaskLogLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            bool wasOver = _hasEnded || !follow;
            IReadOnlyList<TaskLogLine>? lines = await NextAsync(cancellationToken).ConfigureAwait(false);
            foreach (TaskLogLine line in lines ?? [])
            {
                yield return line;
            }

            if (lines is not null && _cursor.HasMore)
            {
                continue;
            }

            if (lines is not null && wasOver)
            {
                yield break;
            }

            // Lines may be written between the reading and the end, so the log is read once more after the end.
            if (lines is not null && MayHaveEnded(lines) && await HasEndedAsync(cancellationToken).ConfigureAwait(false))
            {
                continue;
            }

            await Pause.ForAsync(_tracker.Pause, server.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="ReadAsync"/>
    public IEnumerable<TaskLogLine> Read(CancellationToken cancellationToken)
    {
        while (true)
        {
            bool wasOver = _hasEnded || !follow;
            IReadOnlyList<TaskLogLine>? lines = Next(cancellationToken);
            foreach (TaskLogLine line in lines ?? [])
            {
                yield return line;
            }

            if (lines is not null && _cursor.HasMore)
            {
                continue;
            }

            if (lines is not null && wasOver)
            {
                yield break;
            }

            if (lines is not null && MayHaveEnded(lines) && HasEnded(cancellationToken))
            {
                continue;
            }

            Pause.For(_tracker.Pause, server.Clock, cancellationToken);
        }
    }

    // A task that still writes lines runs, unless the line is the closing one; asking for its state can be spared.
    private bool MayHaveEnded(IReadOnlyList<TaskLogLine> lines) =>
        _isActive is { } active ? !active : lines.Count == 0 || lines[^1].Text.StartsWith("TASK ", StringComparison.Ordinal);

    private async Task<IReadOnlyList<TaskLogLine>?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Take(await server.ReadLogAsync(upid, _cursor.Position, TaskLogCursor.PageSize, cancellationToken).ConfigureAwait(false));
        }
        catch (ProxmoxException exception) when (follow)
        {
            _tracker.Observe(exception);
            return null;
        }
    }

    private IReadOnlyList<TaskLogLine>? Next(CancellationToken cancellationToken)
    {
        try
        {
            return Take(server.ReadLog(upid, _cursor.Position, TaskLogCursor.PageSize, cancellationToken));
        }
        catch (ProxmoxException exception) when (follow)
        {
            _tracker.Observe(exception);
            return null;
        }
    }

    private IReadOnlyList<TaskLogLine> Take(TaskLogPage page)
    {
        _tracker.Answered();
        _isActive = page.IsActive;
        return _cursor.Take(page);
    }

    private async Task<bool> HasEndedAsync(CancellationToken cancellationToken)
    {
        if (_isActive == false)
        {
            return _hasEnded = true;
        }

        try
        {
            return _hasEnded = _tracker.Observe(await server.GetStateAsync(upid, cancellationToken).ConfigureAwait(false));
        }
        catch (ProxmoxException exception)
        {
            _tracker.Observe(exception);
            return false;
        }
    }

    private bool HasEnded(CancellationToken cancellationToken)
    {
        if (_isActive == false)
        {
            return _hasEnded = true;
        }

        try
        {
            return _hasEnded = _tracker.Observe(server.GetState(upid, cancellationToken));
        }
        catch (ProxmoxException exception)
        {
            _tracker.Observe(exception);
            return false;
        }
    }
}
