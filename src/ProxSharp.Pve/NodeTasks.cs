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

    private IAsyncEnumerable<TaskInfo> ReadAsync(PveTaskFilter filter, CancellationToken cancellationToken) => TaskPages.ReadAsync<NodesTasksItem>(
        filter.PageSize,
        (start, cancel) => _owner.Client.Api.Nodes.Tasks.ListAsync(_owner.Name.Value, filter.Page(start), cancellationToken: cancel).DataAsync(),
        PveTaskInfo.Read,
        cancellationToken);

    private IEnumerable<TaskInfo> Read(PveTaskFilter filter, CancellationToken cancellationToken) => TaskPages.Read<NodesTasksItem>(
        filter.PageSize,
        start => _owner.Client.Api.Nodes.Tasks.List(_owner.Name.Value, filter.Page(start), cancellationToken: cancellationToken).Data,
        PveTaskInfo.Read);
}
