using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Json;
using ProxSharp.Pbs.Api;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Tasks;

/// <summary>The calls about tasks as Proxmox Backup Server has them.</summary>
internal sealed class PbsTaskServer(PbsClient client) : TaskServer(client.Options.TimeProvider)
{
    // Proxmox: ids of tasks hold the name of the machine, but paths know it by this name only.
    private const string Node = PbsClient.LocalNode;

    private NodesTasksApi Api => client.Api.Nodes.Tasks;

    public override async Task<TaskState> GetStateAsync(Upid upid, CancellationToken cancellationToken) =>
        State((await Api.GetStatusAsync(Node, upid.ToString(), cancellationToken: cancellationToken).ConfigureAwait(false)).Data);

    public override TaskState GetState(Upid upid, CancellationToken cancellationToken) =>
        State(Api.GetStatus(Node, upid.ToString(), cancellationToken: cancellationToken).Data);

    public override async Task<TaskListing> ListAsync(string node, TaskListQuery query, CancellationToken cancellationToken)
    {
        NodesTasksListRequest request = new()
        {
            Running = query.Since is null ? true : null,
            Since = query.Since?.ToUnixTimeSeconds(),
            Limit = query.Limit,
        };
        ApiResponse<IReadOnlyList<NodesTasksItem>> response = await Api.ListAsync(Node, request, cancellationToken: cancellationToken).ConfigureAwait(false);
        Dictionary<string, TaskState> states = new(StringComparer.Ordinal);
        foreach (NodesTasksItem item in response.Data)
        {
            if (query.Wanted.Contains(item.Upid))
            {
                states[item.Upid] = PbsTaskInfo.State(item);
            }
        }

        return new TaskListing(states, response.Data.Count < query.Limit);
    }

    public override async Task<TaskLogPage> ReadLogAsync(Upid upid, long start, int limit, CancellationToken cancellationToken) =>
        Page(await Api.ListLogAsync(Node, upid.ToString(), Range(start, limit), cancellationToken: cancellationToken).ConfigureAwait(false));

    public override TaskLogPage ReadLog(Upid upid, long start, int limit, CancellationToken cancellationToken) =>
        Page(Api.ListLog(Node, upid.ToString(), Range(start, limit), cancellationToken: cancellationToken));

    public override Task StopAsync(Upid upid, CancellationToken cancellationToken) =>
        Api.StopAsync(Node, upid.ToString(), cancellationToken: cancellationToken);

    public override void Stop(Upid upid, CancellationToken cancellationToken) => Api.Stop(Node, upid.ToString(), cancellationToken: cancellationToken);

    private static TaskState State(NodesTasksStatusResult status) => new(
        status.Status != "stopped", status.ExitStatus, WireTime.Read(status.EndTime));

    // Proxmox: this server counts lines from 1 where Proxmox VE tells how many to skip.
    private static NodesTasksListLogRequest Range(long start, int limit) => new() { Start = start + 1, Limit = limit, TestStatus = true };

    private static TaskLogPage Page(ApiResponse<IReadOnlyList<NodesSyslogItem>> response) =>
        new([.. response.Data.Select(PbsLogLine.Read)], response.Total, IsActive(response));

    private static bool? IsActive(ApiResponse<IReadOnlyList<NodesSyslogItem>> response) =>
        response.Extra.TryGetValue("active", out JsonElement active)
        && active.ValueKind is JsonValueKind.True or JsonValueKind.False ? active.GetBoolean() : null;
}
