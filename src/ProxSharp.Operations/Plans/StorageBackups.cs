using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the guests whose backups lie on storages: a guest may be gone, and its backups be all that is left of it.</summary>
internal sealed class StorageBackups(ProxmoxClient client)
{
    /// <summary>The guests whose backups lie on the storage that a call changes or removes.</summary>
    /// <exception cref="GuardRefusedException">A storage for backups cannot be read, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<string>> OfChangedAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        JsonElement storage = (await client.Raw.GetAsync(call.ConcretePath, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;

        // Proxmox: a storage that is off is in no list, and its backups cannot be read. Nobody reaches them as it is; to switch it on takes nothing away.
        return storage.IsSet("disable") && (!Switches(call) || SwitchesAlone(call))
            ? []
            : await OfAsync([call.Parameters.Find("storage") ?? ""], null, cancellationToken).ConfigureAwait(false);
    }

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
            throw new GuardRefusedException("target", $"Nobody can tell whose backups are on the storage {unseen}: it is off, or the token does not see it.");
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

    private static bool Switches(PlannedCall call) =>
        call.Others.Any(static parameter => parameter.Name == "disable" || (parameter.Name == "delete" && ItemLists.Split(parameter.Text).Contains("disable")));

    private static bool SwitchesAlone(PlannedCall call) =>
        call.Others.All(static parameter => parameter is { Name: "disable" or "digest" } or { Name: "delete", Text: "disable" });

    /// <summary>True for a storage, or its place on a node, that may hold backups.</summary>
    public static bool HoldsBackups(JsonElement place) => place.Text("content") is not { } content || ItemLists.Split(content).Contains("backup");

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
