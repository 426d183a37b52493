using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Tasks;

/// <summary>The calls about tasks as Proxmox VE has them.</summary>
internal sealed class PveTaskServer(PveClient client) : TaskServer(client.Options.TimeProvider)
{
    private NodesTasksApi Api => client.Api.Nodes.Tasks;

    public override async Task<TaskState> GetStateAsync(Upid upid, CancellationToken cancellationToken) =>
        State((await Api.GetStatusAsync(upid.Node, upid.ToString(), cancellationToken: cancellationToken).ConfigureAwait(false)).Data);

    public override TaskState GetState(Upid upid, CancellationToken cancellationToken) =>
        State(Api.GetStatus(upid.Node, upid.ToString(), cancellationToken: cancellationToken).Data);

    public override async Task<TaskListing> ListAsync(string node, TaskListQuery query, CancellationToken cancellationToken)
    {
        NodesTasksListRequest request = new()
        {
            Source = query.Since is null ? TaskSource.Active : TaskSource.All,
            Since = query.Since?.ToUnixTimeSeconds(),
            Limit = query.Limit,
        };
        ApiResponse<IReadOnlyList<NodesTasksItem>> response = await Api.ListAsync(node, request, cancellationToken: cancellationToken).ConfigureAwait(false);
        Dictionary<string, TaskState> states = new(StringComparer.Ordinal);
        foreach (NodesTasksItem item in response.Data)
        {
            if (query.Wanted.Contains(item.Upid))
            {
                states[item.Upid] = PveTaskInfo.State(item.Status, item.EndTime);
            }
        }

        return new TaskListing(states, response.Data.Count < query.Limit);
    }

    public override async Task<TaskLogPage> ReadLogAsync(Upid upid, long start, int limit, CancellationToken cancellationToken) =>
        Page(await Api.ListLogAsync(upid.Node, upid.ToString(), Range(start, limit), cancellationToken: cancellationToken).ConfigureAwait(false));

    public override TaskLogPage ReadLog(Upid upid, long start, int limit, CancellationToken cancellationToken) =>
        Page(Api.ListLog(upid.Node, upid.ToString(), Range(start, limit), cancellationToken: cancellationToken));

    public override Task StopAsync(Upid upid, CancellationToken cancellationToken) =>
        Api.StopAsync(upid.Node, upid.ToString(), cancellationToken: cancellationToken);

    public override void Stop(Upid upid, CancellationToken cancellationToken) => Api.Stop(upid.Node, upid.ToString(), cancellationToken: cancellationToken);

    private static TaskState State(NodesTasksStatusResult status) => new(status.Status != GuestStatus.Stopped, status.ExitStatus);

    private static NodesTasksListLogRequest Range(long start, int limit) => new() { Start = start, Limit = limit };

    private static TaskLogPage Page(ApiResponse<IReadOnlyList<NodesSyslogItem>> response) =>
        new([.. response.Data.Select(static line => new TaskLogLine(line.N, line.T))], response.Total);
}
