using System.Text.Json;
using ProxSharp.Cli.Calls;

namespace ProxSharp.Cli.Live;

/// <summary>What a cluster looks like: both lists, or none if one of them cannot be read.</summary>
/// <param name="Resources">The nodes, guests and storages.</param>
/// <param name="Tasks">The tasks of late.</param>
internal readonly record struct ClusterLook(JsonElement Resources, JsonElement Tasks)
{
    /// <summary>Takes a look.</summary>
    public static async Task<ClusterLook> TakeAsync(ServerSession session, CancellationToken cancellationToken) => new(
        await session.ListAsync("/cluster/resources", null, cancellationToken).ConfigureAwait(false),
        await session.ListAsync("/cluster/tasks", null, cancellationToken).ConfigureAwait(false));
}
