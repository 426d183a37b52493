namespace ProxSharp.Tasks;

/// <summary>
/// One look at the tasks of a node. A task alone is asked for its own state. Several are looked up on the node's list, one call for all of them, and only
/// what the list does not show is asked for by itself.
/// </summary>
internal sealed class NodeLook(TaskServer server, string node)
{
    private const int CallsAtOnce = 4;
    private const int SpareEntries = 100;
    private const int MaxEntries = 1000;
    private const int MaxListFailures = 3;
    private static readonly TimeSpan s_clockSlack = TimeSpan.FromSeconds(2);

    // The time between starts of old and new tasks may hold so many others that the list is cut: then only running tasks are listed.
    private bool _activeOnly;
    private bool _isForbidden;
    private int _listFailures;

    // Tasks that were waited for and have ended since still take their places on the list.
    private int _mostWanted;

    /// <summary>Forgets what was learnt about the list.</summary>
    public void Reset() => (_activeOnly, _isForbidden, _listFailures, _mostWanted) = (false, false, 0, 0);

    /// <summary>Looks at the tasks that are due and tells each wait what it sees.</summary>
    public async Task RunAsync(IReadOnlyList<WatchedTask> tasks, CancellationToken cancellationToken)
    {
        long now = server.Clock.GetTimestamp();
        List<WatchedTask> listed = [.. tasks.Where(task => !_isForbidden && !task.IsHidden)];
        bool useList = listed.Select(static task => task.Id).Distinct(StringComparer.Ordinal).Skip(1).Any();
        List<WatchedTask> asked = [.. tasks.Where(task => task.Due <= now && !(useList && !task.IsHidden))];
        if (useList && listed.Exists(task => task.Due <= now))
        {
            await ListAsync(listed, cancellationToken).ConfigureAwait(false);
        }

        await AskAsync(asked, wasMissing: false, cancellationToken).ConfigureAwait(false);
    }

    private async Task ListAsync(List<WatchedTask> tasks, CancellationToken cancellationToken)
    {
        List<WatchedTask> missing;
        try
        {
            missing = await LookUpAsync(tasks, cancellationToken).ConfigureAwait(false);
            _listFailures = 0;
        }
        catch (ProxmoxPermissionException)
        {
            _isForbidden = true;
            missing = tasks;
        }
        catch (ProxmoxException)
        {
            await ProbeAsync(tasks, cancellationToken).ConfigureAwait(false);
            return;
        }

        await AskAsync(missing, wasMissing: !_isForbidden, cancellationToken).ConfigureAwait(false);
        Plan(tasks);
    }

    // Returns the tasks that are on no list.
    private async Task<List<WatchedTask>> LookUpAsync(List<WatchedTask> tasks, CancellationToken cancellationToken)
    {
        HashSet<string> wanted = [.. tasks.Select(static task => task.Id)];
        if (!_activeOnly)
        {
            DateTimeOffset since = tasks.Min(static task => task.Tracker.Upid.StartTime) - s_clockSlack;
            _mostWanted = Math.Max(_mostWanted, wanted.Count);
            int limit = Math.Min((_mostWanted * 2) + SpareEntries, MaxEntries);
            TaskListing recent = await server.ListAsync(node, new TaskListQuery(since, limit, wanted), cancellationToken).ConfigureAwait(false);
            List<WatchedTask> missing = Take(tasks, recent);
            _activeOnly = missing.Count > 0 && !recent.IsComplete;
            if (!_activeOnly)
            {
                return missing;
            }

            tasks = missing;
        }

        TaskListing active = await server.ListAsync(node, new TaskListQuery(null, MaxEntries, wanted), cancellationToken).ConfigureAwait(false);
        return Take(tasks, active);
    }

    private static List<WatchedTask> Take(List<WatchedTask> tasks, TaskListing listing)
    {
        List<WatchedTask> missing = [];
        foreach (WatchedTask task in tasks)
        {
            if (listing.States.TryGetValue(task.Id, out TaskState state))
            {
                task.ObserveListed(state);
            }
            else
            {
                missing.Add(task);
            }
        }

        return missing;
    }

    // Is it the list or the server? One task tells: if its state can be read, the list is at fault, and if it stays so the tasks are asked one by one.
    private async Task ProbeAsync(List<WatchedTask> tasks, CancellationToken cancellationToken)
    {
        ProxmoxException? failure = await AskOneAsync(
            tasks.FindAll(task => task.Id == tasks[0].Id), wasMissing: false, cancellationToken).ConfigureAwait(false);
        foreach (WatchedTask task in tasks.Where(task => failure is not null && task.Id != tasks[0].Id))
        {
            task.Observe(failure!);
        }

        _listFailures = failure is null ? _listFailures + 1 : 0;
        _isForbidden = _listFailures >= MaxListFailures;
        Plan(tasks);
    }

    private async Task AskAsync(List<WatchedTask> tasks, bool wasMissing, CancellationToken cancellationToken)
    {
        if (tasks.Count == 0)
        {
            return;
        }

        ParallelOptions options = new() { MaxDegreeOfParallelism = CallsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            tasks.GroupBy(static task => task.Id, StringComparer.Ordinal),
            options,
            async (group, token) => await AskOneAsync([.. group], wasMissing, token).ConfigureAwait(false)).ConfigureAwait(false);
        Plan(tasks);
    }

    private async Task<ProxmoxException?> AskOneAsync(List<WatchedTask> waits, bool wasMissing, CancellationToken cancellationToken)
    {
        try
        {
            TaskState state = await server.GetStateAsync(waits[0].Tracker.Upid, cancellationToken).ConfigureAwait(false);
            waits.ForEach(wait => wait.ObserveAsked(state, wasMissing));
            return null;
        }
        catch (ProxmoxException exception)
        {
            waits.ForEach(wait => wait.Observe(exception));
            return exception;
        }
    }

    private void Plan(List<WatchedTask> tasks)
    {
        long now = server.Clock.GetTimestamp();
        foreach (WatchedTask task in tasks)
        {
            task.Due = now + (long)(task.Tracker.Pause.TotalSeconds * server.Clock.TimestampFrequency);
        }
    }
}
