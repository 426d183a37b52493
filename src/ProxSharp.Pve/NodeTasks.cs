using System.Runtime.CompilerServices;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Tasks;
using ProxSharp.Tasks;

namespace ProxSharp.Pve;

/// <summary>The background tasks of a node, as far back as the node keeps them.</summary>
public sealed class NodeTasks
{
    private readonly Node _owner;

    internal NodeTasks(Node owner) => _owner = owner;

    /// <summary>A task by its identifier; nothing is sent. The task may be another node's.</summary>
    public PveTask this[Upid upid] => _owner.Client.Tasks[upid];

    /// <inheritdoc cref="this[Upid]"/>
    /// <exception cref="FormatException">The text is no identifier of a task.</exception>
    public PveTask this[string upid] => _owner.Client.Tasks[upid];

    /// <summary>Lists tasks, newest first, page by page as they are taken. Entries whose id cannot be read are left out.</summary>
    /// <param name="filter">Which ones; null for all.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <remarks><c>GET /nodes/{node}/tasks</c>. Somebody else's tasks need <c>Sys.Audit</c> on <c>/nodes/{node}</c>; others are left out.</remarks>
    /// <exception cref="ArgumentException">The filter cannot work.</exception>
    public IAsyncEnumerable<TaskInfo> ListAsync(PveTaskFilter? filter = null, CancellationToken cancellationToken = default) =>
        ReadAsync((filter ?? PveTaskFilter.All).Checked(), cancellationToken);

    /// <inheritdoc cref="ListAsync"/>
    public IEnumerable<TaskInfo> List(PveTaskFilter? filter = null, CancellationToken cancellationToken = default) =>
        Read((filter ?? PveTaskFilter.All).Checked(), cancellationToken);

    private async IAsyncEnumerable<TaskInfo> ReadAsync(PveTaskFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HashSet<Upid> before = [];
        int count;
        long start = 0;
        do
        {
            IReadOnlyList<NodesTasksItem> page = await _owner.Client.Api.Nodes.Tasks
                .ListAsync(_owner.Name.Value, filter.Page(start), cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false);
            count = page.Count;
            start += count;
            foreach (TaskInfo task in New(page, ref before))
            {
                yield return task;
            }
        }
        while (count >= filter.PageSize);
    }

    private IEnumerable<TaskInfo> Read(PveTaskFilter filter, CancellationToken cancellationToken)
    {
        HashSet<Upid> before = [];
        int count;
        long start = 0;
        do
        {
            IReadOnlyList<NodesTasksItem> page = _owner.Client.Api.Nodes.Tasks.List(
                _owner.Name.Value, filter.Page(start), cancellationToken: cancellationToken).Data;
            count = page.Count;
            start += count;
            foreach (TaskInfo task in New(page, ref before))
            {
                yield return task;
            }
        }
        while (count >= filter.PageSize);
    }

    // Tasks that start between two pages push the list down, so that a page may begin with what the last one ended with.
    private static List<TaskInfo> New(IReadOnlyList<NodesTasksItem> page, ref HashSet<Upid> before)
    {
        List<TaskInfo> all = [.. PveTaskInfo.Read(page)];
        HashSet<Upid> seen = before;
        before = [.. all.Select(static task => task.Upid)];
        all.RemoveAll(task => seen.Contains(task.Upid));
        return all;
    }
}
