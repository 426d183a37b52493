using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Http;
using ProxSharp.Pbs.Tasks;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs;

/// <summary>The background tasks of the server, as far back as it keeps them.</summary>
public sealed class PbsTasks
{
    private readonly PbsClient _client;

    internal PbsTasks(PbsClient client)
    {
        _client = client;
        Server = new PbsTaskServer(client);
        Watcher = new TaskWatcher(Server);
    }

    internal TaskServer Server { get; }

    internal TaskWatcher Watcher { get; }

    /// <summary>A task by its identifier; nothing is sent.</summary>
    public PbsTask this[Upid upid] => new(this, upid);

    /// <summary>A task by its identifier, for example one that was kept in a file; nothing is sent.</summary>
    /// <exception cref="FormatException">The text is no identifier of a task.</exception>
    public PbsTask this[string upid] => new(this, Upid.Parse(upid, null));

    /// <summary>Lists tasks, newest first, page by page as they are taken. Entries whose id cannot be read are left out.</summary>
    /// <param name="filter">Which ones; null for all.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <remarks><c>GET /nodes/{node}/tasks</c>. Somebody else's tasks need <c>Sys.Audit</c> on <c>/system/tasks</c>; others are left out.</remarks>
    /// <exception cref="ArgumentException">The filter cannot work.</exception>
    public IAsyncEnumerable<TaskInfo> ListAsync(PbsTaskFilter? filter = null, CancellationToken cancellationToken = default) =>
        ReadAsync((filter ?? PbsTaskFilter.All).Checked(), cancellationToken);

    /// <inheritdoc cref="ListAsync"/>
    public IEnumerable<TaskInfo> List(PbsTaskFilter? filter = null, CancellationToken cancellationToken = default) =>
        Read((filter ?? PbsTaskFilter.All).Checked(), cancellationToken);

    /// <summary>Makes the task that a call has started.</summary>
    /// <exception cref="ProxmoxProtocolException">The answer names no task.</exception>
    internal async Task<PbsTask> StartedAsync(Task<ApiResponse<string>> call) => Started(await call.ConfigureAwait(false));

    /// <inheritdoc cref="StartedAsync(Task{ApiResponse{string}})"/>
    internal PbsTask Started(ApiResponse<string> response) => this[StartedTask.Read(response.Data)];

    private IAsyncEnumerable<TaskInfo> ReadAsync(PbsTaskFilter filter, CancellationToken cancellationToken) => TaskPages.ReadAsync<NodesTasksItem>(
        filter.PageSize,
        (start, cancel) => _client.Api.Nodes.Tasks.ListAsync(PbsClient.LocalNode, filter.Page(start), cancellationToken: cancel).DataAsync(),
        PbsTaskInfo.Read,
        cancellationToken);

    private IEnumerable<TaskInfo> Read(PbsTaskFilter filter, CancellationToken cancellationToken) => TaskPages.Read<NodesTasksItem>(
        filter.PageSize,
        start => _client.Api.Nodes.Tasks.List(PbsClient.LocalNode, filter.Page(start), cancellationToken: cancellationToken).Data,
        PbsTaskInfo.Read);
}
