using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Backups;

/// <summary>Starts backups and sees when the server did not.</summary>
internal static class BackupStart
{
    /// <summary>Asks a node for a backup and returns an answer that names a task.</summary>
    /// <exception cref="ProxmoxNotFoundException">No backup was started.</exception>
    public static async Task<ApiResponse<string>> SendAsync(
        PveClient client,
        string node,
        BackupSelection selection,
        NodesVzDumpCreateRequest request,
        ApiCallOptions options,
        CancellationToken cancellationToken) =>
        Checked(await client.Api.Nodes.VzDump.CreateAsync(node, request, options, cancellationToken).ConfigureAwait(false), node, selection);

    /// <inheritdoc cref="SendAsync"/>
    public static ApiResponse<string> Send(
        PveClient client,
        string node,
        BackupSelection selection,
        NodesVzDumpCreateRequest request,
        ApiCallOptions options,
        CancellationToken cancellationToken) =>
        Checked(client.Api.Nodes.VzDump.Create(node, request, options, cancellationToken), node, selection);

    /// <summary>What the messages of a call's exceptions say that it does.</summary>
    public static ApiCallOptions Saying(BackupSelection selection, string node) => new() { Action = $"back up {selection} on {node}" };

    /// <summary>The storage that a backup without one goes to.</summary>
    public static StorageId? Storage(NodesVzDumpDefaultsResult defaults) =>
        StorageId.TryParse(defaults.Storage, out StorageId id) ? id : defaults.DumpDir is null ? StorageId.Parse("local", null) : null;

    // Proxmox: if none of the guests is on the node, the answer is a word instead of a task, and nothing is done.
    private static ApiResponse<string> Checked(ApiResponse<string> response, string node, BackupSelection selection) => Upid.TryParse(response.Data, out _)
        ? response
        : throw new ProxmoxNotFoundException($"No backup was started on {node}: {selection} found no guest there.")
        {
            Method = ApiMethod.Post,
            Path = $"/nodes/{node}/vzdump",

            // As for every other call to a node that does not hold the guest, so that a guest that moved is found again.
            ServerMessage = $"Configuration file of {selection} does not exist on {node}",
        };
}
