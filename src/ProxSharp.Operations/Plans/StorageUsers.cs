using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the guests whose disks, drives and snippets lie on storages: what is done to those is done to the guests.</summary>
/// <param name="client">Reads their configurations.</param>
/// <param name="among">The numbers of the guests that matter, where only some do: no others are read. Null for all.</param>
internal sealed class StorageUsers(ProxmoxClient client, IReadOnlySet<int>? among = null)
{
    // So many configurations are read at once; a cluster has hundreds.
    private const int AtOnce = 8;

    // Neither prose nor addresses of network cards name storages.
    private static readonly HashSet<string> s_others = new(StringComparer.Ordinal)
    {
        "description", "tags", "name", "hostname", "digest", "smbios1", "vmgenid",
    };

    /// <summary>The guests that use one of some storages.</summary>
    /// <param name="storages">The names.</param>
    /// <param name="node">The node that the guests must be on; null for any.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">A configuration cannot be read, so that nobody can tell.</exception>
    public Task<IReadOnlyList<string>> OfAsync(IReadOnlyCollection<string> storages, string? node, CancellationToken cancellationToken) => storages.Count == 0
        ? Task.FromResult<IReadOnlyList<string>>([])
        : FindAsync(new Regex($"(?:^|[,=;\\s])(?:{string.Join('|', storages.Select(Regex.Escape))}):", RegexOptions.CultureInvariant), node, cancellationToken);

    /// <summary>The guests that use a volume.</summary>
    /// <param name="volume">Its full name with the storage.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">A configuration cannot be read, so that nobody can tell.</exception>
    public Task<IReadOnlyList<string>> OfVolumeAsync(string volume, CancellationToken cancellationToken) =>
        FindAsync(new Regex($"(?:^|[,=;\\s]){Regex.Escape(volume)}(?:$|[,;\\s])", RegexOptions.CultureInvariant), null, cancellationToken);

    /// <summary>The guests that use the storages of a pool of disks, which a call on a node or on Ceph removes.</summary>
    public async Task<IReadOnlyList<string>> OfPoolAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        JsonElement all = (await client.Raw.GetAsync("/storage", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        string[] storages = [.. all.EnumerateArray().Where(storage => IsOn(call, storage)).Select(static storage => storage.Text("storage")).OfType<string>()];
        bool isLocal = call.Path.Contains("/disks/", StringComparison.Ordinal);
        string? node = isLocal ? call.Parameters.Find("node") : null;
        IReadOnlyList<string> users = await OfAsync(storages, node, cancellationToken).ConfigureAwait(false);
        return [.. users, .. await new StorageBackups(client).OfAsync(storages, node, cancellationToken).ConfigureAwait(false)];
    }

    private static bool IsOn(PlannedCall call, JsonElement storage)
    {
        string name = call.Parameters.Find("name") ?? "";
        string type = storage.Text("type") ?? "";
        return call.Path switch
        {
            "/nodes/{node}/disks/lvm/{name}" => type is "lvm" or "lvmthin" && storage.Text("vgname") == name,
            "/nodes/{node}/disks/lvmthin/{name}" => type == "lvmthin" && storage.Text("thinpool") == name
                && (call.Parameters.Find("volume-group") is not { } group || storage.Text("vgname") == group),
            "/nodes/{node}/disks/zfs/{name}" => (type == "zfspool" && IsBelow(storage.Text("pool"), name)) || IsBelow(storage.Text("path"), $"/{name}"),
            "/nodes/{node}/disks/directory/{name}" => IsBelow(storage.Text("path"), $"/mnt/pve/{name}"),
            "/nodes/{node}/ceph/pool/{name}" => type == "rbd" && (storage.Text("pool") ?? "rbd") == name,
            "/nodes/{node}/ceph/fs/{name}" => type == "cephfs" && (storage.Text("fs-name") is not { } fs || fs == name),
            _ => false,
        };
    }

    private static bool IsBelow(string? place, string root) => place == root || place?.StartsWith(root + "/", StringComparison.Ordinal) == true;

    private async Task<IReadOnlyList<string>> FindAsync(Regex wanted, string? node, CancellationToken cancellationToken)
    {
        JsonElement all = (await client.Raw.GetAsync("/cluster/resources", new ApiParameters { { "type", "vm" } }, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).Data;
        List<string> found = [];
        foreach (JsonElement[] some in all.EnumerateArray().Where(guest => IsMeant(guest, node)).Chunk(AtOnce))
        {
            bool[] uses = await Task.WhenAll(some.Select(guest => UsesAsync(guest, wanted, cancellationToken))).ConfigureAwait(false);
            found.AddRange(some.Zip(uses).Where(static pair => pair.Second).Select(static pair => pair.First.Text("vmid")).OfType<string>());
        }

        return found;
    }

    private bool IsMeant(JsonElement guest, string? node) => (node is null || guest.Text("node") == node)
        && (among is null || (int.TryParse(guest.Text("vmid"), NumberStyles.None, CultureInfo.InvariantCulture, out int vmid) && among.Contains(vmid)));

    private async Task<bool> UsesAsync(JsonElement guest, Regex wanted, CancellationToken cancellationToken)
    {
        try
        {
            string path = $"/nodes/{guest.Text("node")}/{guest.Text("type")}/{guest.Text("vmid")}/config";
            JsonElement config = (await client.Raw.GetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
            return config.EnumerateObject().Any(member => !s_others.Contains(member.Name)
                && !member.Name.StartsWith("net", StringComparison.Ordinal)
                && wanted.IsMatch(member.Value.ToString()));
        }
        catch (ProxmoxApiException e)
        {
            throw new GuardRefusedException(
                "target", $"Nobody can tell whether guest {guest.Text("vmid")} has disks there: its configuration cannot be read: {e.Message}", e);
        }
    }
}
