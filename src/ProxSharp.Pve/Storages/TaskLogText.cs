using ProxSharp.Pve.Api;
using ProxSharp.Pve.Http;

namespace ProxSharp.Pve.Storages;

/// <summary>Reads the whole log of a task that has ended.</summary>
internal static class TaskLogText
{
    // Proxmox: 0 means no limit.
    private static readonly NodesTasksListLogRequest s_all = new() { Limit = 0 };

    public static async Task<IReadOnlyList<string>> ReadAsync(PveClient client, PveTask task, CancellationToken cancellationToken) => Texts(
        await client.Api.Nodes.Tasks.ListLogAsync(task.Upid.Node, task.Upid.ToString(), s_all, cancellationToken: cancellationToken).DataAsync().ConfigureAwait(false));

    public static IReadOnlyList<string> Read(PveClient client, PveTask task, CancellationToken cancellationToken) =>
        Texts(client.Api.Nodes.Tasks.ListLog(task.Upid.Node, task.Upid.ToString(), s_all, cancellationToken: cancellationToken).Data);

    private static IReadOnlyList<string> Texts(IReadOnlyList<NodesSyslogItem> lines) => [.. lines.Select(static line => line.T)];
}
