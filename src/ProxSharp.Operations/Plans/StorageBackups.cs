using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the guests whose backups lie on storages: a guest may be gone, and its backups be all that is left of it.</summary>
internal sealed class StorageBackups(ProxmoxClient client)
{
    /// <summary>The numbers of those guests.</summary>
    /// <param name="storages">The names of the storages.</param>
    /// <param name="node">The node whose storages are meant; null for any.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">A storage for backups cannot be read, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<string>> OfAsync(IReadOnlyCollection<string> storages, string? node, CancellationToken cancellationToken)
    {
        if (storages.Count == 0)
        {
            return [];
        }

        JsonElement all = (await client.Raw.GetAsync("/cluster/resources", new ApiParameters { { "type", "storage" } }, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).Data;
        if (storages.FirstOrDefault(name => all.EnumerateArray().All(place => place.Text("storage") != name)) is { } unseen)
        {
            throw new GuardRefusedException("target", $"Nobody can tell whose backups are on the storage {unseen}: the token does not see it on any node.");
        }

        IEnumerable<JsonElement> places = all.EnumerateArray()
            .Where(place => storages.Contains(place.Text("storage")) && (node is null || place.Text("node") == node) && HoldsBackups(place));
        HashSet<string> found = new(StringComparer.Ordinal);
        foreach (IGrouping<string?, JsonElement> storage in places.GroupBy(static place => place.Text("storage"), StringComparer.Ordinal))
        {
            // Proxmox: what is shared is the same on each node, and a node that is down does not answer.
            JsonElement[] known = [.. storage.OrderBy(static place => place.Text("status") == "available" ? 0 : 1)];
            foreach (JsonElement place in known.Any(static place => place.IsSet("shared")) ? known[..1] : known)
            {
                found.UnionWith(await OnAsync(place, cancellationToken).ConfigureAwait(false));
            }
        }

        return [.. found];
    }

    private static bool HoldsBackups(JsonElement place) => place.Text("content") is not { } content || ItemLists.Split(content).Contains("backup");

    private async Task<IEnumerable<string>> OnAsync(JsonElement place, CancellationToken cancellationToken)
    {
        string storage = place.Text("storage") ?? "";
        string path = $"/nodes/{Uri.EscapeDataString(place.Text("node") ?? "")}/storage/{Uri.EscapeDataString(storage)}/content";
        try
        {
            JsonElement backups = (await client.Raw.GetAsync(path, new ApiParameters { { "content", "backup" } }, cancellationToken: cancellationToken)
                .ConfigureAwait(false)).Data;
            return [.. backups.EnumerateArray().Select(static backup => backup.Text("vmid")).OfType<string>()];
        }
        catch (ProxmoxApiException e)
        {
            throw new GuardRefusedException(
                "target", $"Nobody can tell whose backups are on the storage {storage} of {place.Text("node")}: they cannot be read: {e.Message}", e);
        }
    }
}
