using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds the guests whose disks lie on storages without being in a configuration: what only a snapshot has, a copy that replication keeps, what was left over.
/// </summary>
internal sealed class StoredDisks(ProxmoxClient client)
{
    private static readonly string[] s_contents = ["images", "rootdir"];

    /// <summary>The numbers of the guests that own disks there. A storage that does not list them tells nothing: those in use are in configurations.</summary>
    /// <param name="storages">The names of the storages.</param>
    /// <param name="node">The node whose storages are meant; null for any.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<IReadOnlyList<string>> OwnersAsync(IReadOnlyCollection<string> storages, string? node, CancellationToken cancellationToken)
    {
        if (storages.Count == 0)
        {
            return [];
        }

        JsonElement all = (await client.Raw.GetAsync("/cluster/resources", new ApiParameters { { "type", "storage" } }, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).Data;

        // Proxmox: what is shared is the same on each node.
        (string Path, string Content)[] lists =
        [
            .. all.EnumerateArray()
                .Where(place => storages.Contains(place.Text("storage")) && (node is null || place.Text("node") == node) && place.Text("status") == "available")
                .GroupBy(static place => $"{place.Text("storage")} {(place.IsSet("shared") ? "" : place.Text("node"))}", StringComparer.Ordinal)
                .SelectMany(static group => Lists(group.First())),
        ];
        HashSet<string> found = new(StringComparer.Ordinal);
        foreach ((string Path, string Content)[] some in lists.Chunk(GuestConfigs.AtOnce))
        {
            IEnumerable<string>[] owners = await Task.WhenAll(some.Select(list => OnAsync(list.Path, list.Content, cancellationToken))).ConfigureAwait(false);
            found.UnionWith(owners.SelectMany(static each => each));
        }

        return [.. found];
    }

    private static IEnumerable<(string Path, string Content)> Lists(JsonElement place)
    {
        string path = $"/nodes/{Uri.EscapeDataString(place.Text("node") ?? "")}/storage/{Uri.EscapeDataString(place.Text("storage") ?? "")}/content";
        string[] held = ItemLists.Split(place.Text("content") ?? "");
        return s_contents.Where(held.Contains).Select(content => (path, content));
    }

    private async Task<IEnumerable<string>> OnAsync(string path, string content, CancellationToken cancellationToken)
    {
        try
        {
            JsonElement disks = (await client.Raw.GetAsync(path, new ApiParameters { { "content", content } }, cancellationToken: cancellationToken)
                .ConfigureAwait(false)).Data;
            return [.. disks.EnumerateArray().Select(static disk => disk.Text("vmid")).OfType<string>()];
        }
        catch (ProxmoxApiException)
        {
            // Large pools take longer than a server waits.
            return [];
        }
    }
}
