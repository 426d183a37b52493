using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Http;
using ProxSharp.Pve.Tasks;
using ProxSharp.Tasks;

namespace ProxSharp.Pve;

/// <summary>The background tasks of a cluster.</summary>
public sealed class PveTasks
{
    private readonly PveClient _client;

    internal PveTasks(PveClient client)
    {
        _client = client;
        Server = new PveTaskServer(client);
        Watcher = new TaskWatcher(Server);
    }

    internal TaskServer Server { get; }

    internal TaskWatcher Watcher { get; }

    /// <summary>A task by its identifier; nothing is sent.</summary>
    public PveTask this[Upid upid] => new(this, upid);

    /// <summary>A task by its identifier, for example one that was kept in a file; nothing is sent.</summary>
    /// <exception cref="FormatException">The text is no identifier of a task.</exception>
    public PveTask this[string upid] => new(this, Upid.Parse(upid, null));

    /// <summary>Lists the running and the most recent tasks of all nodes, newest first. <see cref="NodeTasks"/> reaches further back.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <remarks><c>GET /cluster/tasks</c>. Somebody else's tasks need <c>Sys.Audit</c> on <c>/nodes/{node}</c>; others are left out.</remarks>
    public async Task<IReadOnlyList<TaskInfo>> ListAsync(CancellationToken cancellationToken = default) =>
        [.. PveTaskInfo.Read(await _client.Api.Cluster.ListTasksAsync(cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false))];

    /// <inheritdoc cref="ListAsync"/>
    public IReadOnlyList<TaskInfo> List(CancellationToken cancellationToken = default) =>
        [.. PveTaskInfo.Read(_client.Api.Cluster.ListTasks(cancellationToken: cancellationToken).Data)];

    /// <summary>Makes the task that a call has started.</summary>
    internal async Task<PveTask> StartedAsync(Task<ApiResponse<string>> call) => Started(await call.ConfigureAwait(false));

    /// <inheritdoc cref="StartedAsync(Task{ApiResponse{string}})"/>
    internal PveTask Started(ApiResponse<string> response) => this[StartedTask.Read(response.Data)];
}
