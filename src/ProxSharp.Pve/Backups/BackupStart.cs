using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Backups;

/// <summary>Starts backups and sees when the server did not.</summary>
internal static class BackupStart
{
    private const string Path = "/nodes/{node}/vzdump";

    // Proxmox: if none of the guests is on the node, the answer is a word instead of a task, and nothing is done.
    /// <summary>Returns an answer that names a task.</summary>
    /// <exception cref="ProxmoxNotFoundException">No backup was started.</exception>
    public static async Task<ApiResponse<string>> StartedAsync(Task<ApiResponse<string>> call, string node, BackupSelection selection) =>
        Started(await call.ConfigureAwait(false), node, selection);

    /// <inheritdoc cref="StartedAsync"/>
    public static ApiResponse<string> Started(ApiResponse<string> response, string node, BackupSelection selection) => Upid.TryParse(response.Data, out _)
        ? response
        : throw new ProxmoxNotFoundException($"No backup was started on {node}: {selection} found no guest there.")
        {
            Method = ApiMethod.Post,
            Path = Path.Replace("{node}", node, StringComparison.Ordinal),

            // As for every other call to a node that does not hold the guest, so that a guest that moved is found again.
            ServerMessage = $"Configuration file of {selection} does not exist on {node}",
        };

    /// <summary>The storage that a backup without one goes to.</summary>
    public static StorageId? Storage(NodesVzDumpDefaultsResult defaults) =>
        StorageId.TryParse(defaults.Storage, out StorageId id) ? id : defaults.DumpDir is null ? StorageId.Parse("local") : null;
}
