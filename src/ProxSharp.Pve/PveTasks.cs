using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve;

/// <summary>The background tasks of a cluster.</summary>
public sealed class PveTasks
{
    private readonly PveClient _client;

    internal PveTasks(PveClient client) => _client = client;

    /// <summary>A task by its identifier; nothing is sent.</summary>
    public PveTask this[Upid upid] => new(this, upid);

    /// <summary>Makes the task that a call has started.</summary>
    internal async Task<PveTask> StartedAsync(Task<ApiResponse<string>> call) => this[Upid.Parse(await call.DataAsync().ConfigureAwait(false))];

    /// <inheritdoc cref="StartedAsync(Task{ApiResponse{string}})"/>
    internal PveTask Started(ApiResponse<string> response) => this[Upid.Parse(response.Data)];
}
