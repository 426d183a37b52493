using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the guests whose disks, drives and snippets lie on storages: what is done to those is done to the guests.</summary>
/// <param name="client">Reads the storages.</param>
/// <param name="guests">Reads the configurations.</param>
internal sealed class StorageUsers(ProxmoxClient client, GuestConfigs guests)
{
    private const string Start = "(?:^|[,=;\\s\"])";

    // Neither prose nor addresses of network cards name storages.
    private static readonly HashSet<string> s_others = new(StringComparer.Ordinal)
    {
        "description", "tags", "name", "hostname", "digest", "smbios1", "vmgenid",
    };

    private readonly StorageBackups _backups = new(client);

    /// <summary>The guests that use one of some storages.</summary>
    /// <param name="storages">The names.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">A configuration cannot be read, so that nobody can tell.</exception>
    public Task<IReadOnlyList<string>> OfAsync(IReadOnlyCollection<string> storages, CancellationToken cancellationToken) => storages.Count == 0
        ? Task.FromResult<IReadOnlyList<string>>([])
        : FindAsync(Of(storages), null, cancellationToken);

    /// <summary>The guests that use one of some storages, or one that lies in the same place under another name.</summary>
    /// <param name="storages">The names.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">A configuration cannot be read, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<string>> InPlaceOfAsync(IReadOnlyCollection<string> storages, CancellationToken cancellationToken) => storages.Count == 0
        ? []
        : await OfAsync(await InSamePlaceAsync(storages, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>The guests that use a volume, under whatever name of its storage.</summary>
    /// <param name="volume">Its full name with the storage.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">A configuration cannot be read, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<string>> OfVolumeAsync(string volume, CancellationToken cancellationToken)
    {
        int colon = volume.IndexOf(':', StringComparison.Ordinal);
        (string[] names, IReadOnlySet<string>? nodes) = await PlacesAsync([volume[..colon]], cancellationToken).ConfigureAwait(false);
        string name = volume[(colon + 1)..];

        // Images are for the drives of machines; a container has none. Where its storages are not at all, nobody has it in a drive that works.
        Func<JsonElement, bool>? mayBe = name.StartsWith("iso/", StringComparison.Ordinal)
            ? guest => guest.Text("type") != "lxc" && nodes?.Contains(guest.Text("node") ?? "") != false
            : null;

        // On whatever node: a directory may be the same on each without being called shared.
        return await FindAsync($"{Of(names)}{Regex.Escape(name)}(?:$|[,;\\s\"])", null, cancellationToken, mayBe).ConfigureAwait(false);
    }

    /// <summary>The guests that use a storage which lies in a volume as in a disk: the volume group of an LVM storage on a unit of an iSCSI server.</summary>
    /// <param name="volume">Its full name with the storage.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">A configuration cannot be read, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<string>> InVolumeAsync(string volume, CancellationToken cancellationToken)
    {
        JsonElement all = (await client.Raw.GetAsync("/storage", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        return await InPlaceOfAsync(Names(all.EnumerateArray().Where(storage => storage.Text("base") == volume)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The storages that lie where some do, those among them.</summary>
    private async Task<string[]> InSamePlaceAsync(IReadOnlyCollection<string> storages, CancellationToken cancellationToken) =>
        (await PlacesAsync(storages, cancellationToken).ConfigureAwait(false)).Names;

    /// <summary>The storages that lie where some do, and the nodes that they are limited to; null for the nodes if one of them is on all.</summary>
    private async Task<(string[] Names, IReadOnlySet<string>? Nodes)> PlacesAsync(IReadOnlyCollection<string> storages, CancellationToken cancellationToken)
    {
        JsonElement all = (await client.Raw.GetAsync("/storage", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        HashSet<string> places = [.. all.EnumerateArray().Where(storage => storages.Contains(storage.Text("storage"))).SelectMany(StoragePlaces.Of)];
        string[] names =
            [.. storages.Union(Names(all.EnumerateArray().Where(storage => StoragePlaces.Of(storage).Any(places.Contains))), StringComparer.Ordinal)];
        JsonElement[] named = [.. all.EnumerateArray().Where(storage => names.Contains(storage.Text("storage"), StringComparer.Ordinal))];
        bool areLimited = named.Length == names.Length && named.All(static storage => storage.Text("nodes") is { Length: > 0 });
        return (names, areLimited ? named.SelectMany(static storage => ItemLists.Split(storage.Text("nodes")!)).ToHashSet(StringComparer.Ordinal) : null);
    }

    /// <summary>
    /// The guests that use a pool of disks which a call on a node or on Ceph removes: by a storage on it, by the path of a disk, or by a backup.
    /// </summary>
    /// <exception cref="GuardRefusedException">A configuration or storage cannot be read, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<string>> OfPoolAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        bool isLocal = call.Path.Contains("/disks/", StringComparison.Ordinal);
        return await OnPlacesAsync(
            storage => IsOn(call, storage), PathsOn(call), isLocal ? call.Parameters.Find("node") : null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The guests that use a storage in Ceph, or have backups there.</summary>
    /// <exception cref="GuardRefusedException">A configuration or storage cannot be read, so that nobody can tell.</exception>
    public Task<IReadOnlyList<string>> OnCephAsync(CancellationToken cancellationToken) => OnPlacesAsync(
        static storage => storage.Text("type") is "rbd" or "cephfs" && !storage.IsSet("disable"), ["/dev/rbd/"], null, cancellationToken);

    /// <summary>The guests that use storages, or something below paths of the host, or have backups there.</summary>
    /// <param name="isMeant">Picks the storages by their definitions.</param>
    /// <param name="paths">Patterns of those paths.</param>
    /// <param name="node">The node whose disks are meant; null for any.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="GuardRefusedException">A configuration or storage cannot be read, so that nobody can tell.</exception>
    public async Task<IReadOnlyList<string>> OnPlacesAsync(
        Func<JsonElement, bool> isMeant, IEnumerable<string> paths, string? node, CancellationToken cancellationToken)
    {
        JsonElement all = (await client.Raw.GetAsync("/storage", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        JsonElement[] storages = [.. all.EnumerateArray().Where(isMeant)];
        string[] names = Names(storages);
        string[] wanted = [.. paths, .. names.Length > 0 ? [Of(names)] : Array.Empty<string>()];
        if (wanted.Length == 0)
        {
            return [];
        }

        // What is shared is lost to the guests of all nodes.
        string? place = node is null || storages.Any(static storage => storage.IsSet("shared"))
            ? null
            : await guests.NodeAsync(node, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> users = await FindAsync(string.Join('|', wanted), place, cancellationToken).ConfigureAwait(false);
        return
        [
            .. users,
            .. await _backups.OfAsync(Names(storages.Where(StorageBackups.HoldsBackups)), place, cancellationToken).ConfigureAwait(false),
            .. await new StoredDisks(client).OwnersAsync(names, place, cancellationToken).ConfigureAwait(false),
        ];
    }

    private static string[] Names(IEnumerable<JsonElement> storages) => [.. storages.Select(static storage => storage.Text("storage")).OfType<string>()];

    private static string Of(IEnumerable<string> storages) => $"(?:{string.Join('|', storages.Select(Regex.Escape))}):";

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
            "/nodes/{node}/ceph/pool/{name}" => type == "rbd" && ((storage.Text("pool") ?? "rbd") == name || storage.Text("data-pool") == name),
            "/nodes/{node}/ceph/fs/{name}" => type == "cephfs" && (storage.Text("fs-name") is not { } fs || fs == name),
            _ => false,
        };
    }

    private static bool IsBelow(string? place, string root) => place == root || place?.StartsWith(root + "/", StringComparison.Ordinal) == true;

    /// <summary>The paths of the host by which disks on a pool can be given. The device mapper doubles hyphens within names.</summary>
    private static IEnumerable<string> PathsOn(PlannedCall call)
    {
        string name = call.Parameters.Find("name") ?? "";
        string? group = call.Path switch
        {
            "/nodes/{node}/disks/lvm/{name}" => name,
            "/nodes/{node}/disks/lvmthin/{name}" => call.Parameters.Find("volume-group"),
            _ => null,
        };
        return call.Path switch
        {
            _ when group is not null =>
                [$"/dev/{Regex.Escape(group)}/", $"/dev/mapper/{Regex.Escape(group.Replace("-", "--", StringComparison.Ordinal))}-(?!-)"],
            "/nodes/{node}/disks/zfs/{name}" => [$"/dev/zvol/{Regex.Escape(name)}/", $"/{Regex.Escape(name)}(?:/|$|[,;\\s\"])"],
            "/nodes/{node}/ceph/pool/{name}" => [$"/dev/rbd/{Regex.Escape(name)}/"],
            "/nodes/{node}/disks/directory/{name}" => [$"/mnt/pve/{Regex.Escape(name)}(?:/|$|[,;\\s\"])"],
            _ => [],
        };
    }

    private Task<IReadOnlyList<string>> FindAsync(
        string wanted, string? node, CancellationToken cancellationToken, Func<JsonElement, bool>? mayBe = null)
    {
        Regex pattern = new($"{Start}(?:{wanted})", RegexOptions.CultureInvariant);
        return guests.WithAsync(
            (name, value) => !s_others.Contains(name) && !name.StartsWith("net", StringComparison.Ordinal) && pattern.IsMatch(value),
            node,
            "has disks there",
            cancellationToken,
            mayBe);
    }
}
