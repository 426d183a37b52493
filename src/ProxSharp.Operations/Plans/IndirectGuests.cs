using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds the guests behind calls on something that they depend on: rights, rules of high availability, pools, storages, disks and devices of the hosts,
/// networks, the firewall.
/// </summary>
/// <param name="client">Reads them.</param>
/// <param name="configs">Reads the configurations of guests.</param>
internal sealed class IndirectGuests(ProxmoxClient client, GuestConfigs configs)
{
    private readonly GuestConfigs _configs = configs;
    private readonly StorageBackups _backups = new(client);
    private readonly StoredDisks _disks = new(client);

    private StorageUsers Storages => new(client, _configs);

    /// <summary>The guests behind a call; none if it is about nothing of the kind.</summary>
    /// <exception cref="GuardRefusedException">Nobody can tell who they are.</exception>
    public async Task<IEnumerable<TouchedGuest>> ReadAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        IEnumerable<string> vmids = (call.Method, call.Path) switch
        {
            (ApiMethod.Put, "/access/acl") => await UnderRightsAsync(call, cancellationToken).ConfigureAwait(false),
            (ApiMethod.Put or ApiMethod.Delete, "/cluster/ha/rules/{rule}") => await InRuleAsync(call, cancellationToken).ConfigureAwait(false),
            (ApiMethod.Put or ApiMethod.Delete, "/cluster/ha/groups/{group}") =>
                await ManagedAsync(entry => entry.Text("group") == call.Parameters.Find("group"), cancellationToken).ConfigureAwait(false),
            (ApiMethod.Post, "/cluster/ha/status/arm-ha" or "/cluster/ha/status/disarm-ha") =>
                await ManagedAsync(static _ => true, cancellationToken).ConfigureAwait(false),
            (ApiMethod.Put or ApiMethod.Delete, "/storage/{storage}") => await OnStorageAsync(call, cancellationToken).ConfigureAwait(false),
            (ApiMethod.Put, "/pools" or "/pools/{poolid}") =>
                await Storages.InPlaceOfAsync(GuestNames.Split(call.Parameters.Find("storage") ?? ""), cancellationToken).ConfigureAwait(false),
            (ApiMethod.Delete, "/nodes/{node}/storage/{storage}/content/{volume}") =>
                await OfVolumeAsync(call, call.Parameters.Find("volume") ?? "", cancellationToken).ConfigureAwait(false),
            _ when WrittenFile.VolumeOf(call) is { } written => await WrittenFile.IsNewAsync(client, call, cancellationToken).ConfigureAwait(false)
                ? []
                : await OfVolumeAsync(call, written, cancellationToken).ConfigureAwait(false),
            _ when SharedVolumes.GivenBy(call) is { Length: > 0 } shared => await WithVolumesAsync(shared, cancellationToken).ConfigureAwait(false),
            _ when DiskUsers.IsAbout(call) => await new DiskUsers(client, Storages).OfAsync(call, cancellationToken).ConfigureAwait(false),
            _ when NetworkUsers.IsAbout(call) => await _configs.Networks.OfAsync(call, cancellationToken).ConfigureAwait(false),
            _ when FirewallUsers.IsAbout(call) => await new FirewallUsers(client, _configs).OfAsync(call, cancellationToken).ConfigureAwait(false),
            (ApiMethod.Put or ApiMethod.Delete, "/cluster/mapping/pci/{id}" or "/cluster/mapping/usb/{id}" or "/cluster/mapping/dir/{id}") =>
                await WithMappingAsync(call.Parameters.Find("id") ?? "", cancellationToken).ConfigureAwait(false),
            (ApiMethod.Put or ApiMethod.Delete, "/cluster/qemu/custom-cpu-models/{cputype}") =>
                await WithProcessorAsync(call.Parameters.Find("cputype") ?? "", cancellationToken).ConfigureAwait(false),
            (ApiMethod.Delete, _) when IsPoolOfDisks(call.Path) => await Storages.OfPoolAsync(call, cancellationToken).ConfigureAwait(false),
            (ApiMethod.Put, "/nodes/{node}/ceph/pool/{name}") => await Storages.OfPoolAsync(call, cancellationToken).ConfigureAwait(false),
            _ when IsAboutAllOfCeph(call) => await Storages.OnCephAsync(cancellationToken).ConfigureAwait(false),
            _ when Companions.IsAbout(call) => await new Companions(client).OfAsync(call, cancellationToken).ConfigureAwait(false),
            _ => [],
        };
        return vmids.Select(static vmid => new TouchedGuest(vmid, MayBeGone: true));
    }

    /// <summary>The pool that a call changes or gives rights on; null for none.</summary>
    public static string? PoolOf(PlannedCall call) => call.Path switch
    {
        "/pools" or "/pools/{poolid}" => call.Parameters.Find("poolid"),
        "/access/acl" when Segments(call) is ["pool", .. var name] && name.Length > 0 => string.Join('/', name),
        _ => null,
    };

    /// <summary>The node that a call is about; null for none.</summary>
    public static string? NodeOf(PlannedCall call) => call.Path == "/access/acl" && Segments(call) is ["nodes", var node] ? node : call.Parameters.Find("node");

    private static string[] Segments(PlannedCall call) => (call.Parameters.Find("path") ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsPoolOfDisks(string path) => path.StartsWith("/nodes/{node}/disks/", StringComparison.Ordinal)
        || path is "/nodes/{node}/ceph/pool/{name}" or "/nodes/{node}/ceph/fs/{name}";

    // What a switch, or the loss of a disk or a service, stops is all that lies in Ceph. What only adds to it, or starts or scrubs something, takes nothing away.
    private static bool IsAboutAllOfCeph(PlannedCall call) => (call.Method, call.Path) is
        (ApiMethod.Put, "/cluster/ceph/flags" or "/cluster/ceph/flags/{flag}")
        or (ApiMethod.Delete, "/nodes/{node}/ceph/osd/{osdid}" or "/nodes/{node}/ceph/mon/{monid}" or "/nodes/{node}/ceph/mgr/{id}"
            or "/nodes/{node}/ceph/mds/{name}")
        or (ApiMethod.Post, "/nodes/{node}/ceph/osd/{osdid}/out" or "/nodes/{node}/ceph/osd/{osdid}/in" or "/nodes/{node}/ceph/init"
            or "/nodes/{node}/ceph/stop" or "/nodes/{node}/ceph/restart" or "/nodes/{node}/ceph/restart-bulk" or "/cluster/ceph/restart-bulk");

    /// <summary>The guests on which a grant gives or takes rights.</summary>
    private async Task<IEnumerable<string>> UnderRightsAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        bool goesDown = call.Parameters.Find("propagate")?.ToLowerInvariant() is not ("0" or "false" or "no" or "off");
        switch (Segments(call))
        {
            case ["vms", var vmid]:
                return [vmid];
            case ["pool", .. var name] when name.Length > 0:
                string pool = string.Join('/', name);
                return await WhereAsync(
                    guest => guest.Text("pool") is { } own && (own == pool || (goesDown && own.StartsWith(pool + "/", StringComparison.Ordinal))),
                    cancellationToken).ConfigureAwait(false);
            case ["storage", var storage]:
                IReadOnlyList<string> users = await Storages.InPlaceOfAsync([storage], cancellationToken).ConfigureAwait(false);
                return users.Concat(await _backups.OfAsync([storage], null, cancellationToken).ConfigureAwait(false))
                    .Concat(await _disks.OwnersAsync([storage], null, cancellationToken).ConfigureAwait(false));
            case ["nodes", var node]:
                // Who may switch a node off switches off what runs there.
                return await WhereAsync(guest => guest.Text("node") == node, cancellationToken).ConfigureAwait(false);
            case [] or ["vms" or "storage" or "nodes"] when goesDown:
                return await WhereAsync(static _ => true, cancellationToken).ConfigureAwait(false);
            case ["pool"] when goesDown:
                return await WhereAsync(static guest => guest.Text("pool") is { Length: > 0 }, cancellationToken).ConfigureAwait(false);
            default:
                return [];
        }
    }

    // What the call says about guests is read like all parameters; a rule that is turned off or removed lets go of those it has.
    private async Task<IEnumerable<string>> InRuleAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        JsonElement rule = (await client.Raw.GetAsync(call.ConcretePath, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        return GuestNames.OfHaResources(rule.Text("resources") ?? "");
    }

    private async Task<IEnumerable<string>> ManagedAsync(Func<JsonElement, bool> isMeant, CancellationToken cancellationToken)
    {
        JsonElement managed = (await client.Raw.GetAsync("/cluster/ha/resources", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        return GuestNames.OfHaResources(string.Join(',', managed.EnumerateArray().Where(isMeant).Select(static entry => entry.Text("sid"))));
    }

    /// <summary>The guests that use a volume whose name does not say whose it is, such as an image in a drive.</summary>
    private async Task<IEnumerable<string>> OfVolumeAsync(PlannedCall call, string volume, CancellationToken cancellationToken)
    {
        string name = volume[(volume.IndexOf(':', StringComparison.Ordinal) + 1)..];
        if ((call.Method == ApiMethod.Delete && VolumeOwners.NamedBy(call).Any()) || name.Split('/')[0] is "vztmpl" or "backup" or "import")
        {
            return [];
        }

        string full = volume.Contains(':', StringComparison.Ordinal) ? volume : $"{call.Parameters.Find("storage")}:{volume}";
        return await Storages.OfVolumeAsync(full, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IEnumerable<string>> WithVolumesAsync(string[] volumes, CancellationToken cancellationToken)
    {
        List<string> found = [];
        foreach (string volume in volumes)
        {
            found.AddRange(await Storages.OfVolumeAsync(volume, cancellationToken).ConfigureAwait(false));
            found.AddRange(await Storages.InVolumeAsync(volume, cancellationToken).ConfigureAwait(false));
        }

        return found;
    }

    /// <summary>The guests with disks or backups on a storage.</summary>
    private async Task<IEnumerable<string>> OnStorageAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string[] storage = [call.Parameters.Find("storage") ?? ""];
        IReadOnlyList<string> users = await Storages.OfAsync(storage, cancellationToken).ConfigureAwait(false);
        return users.Concat(await _backups.OfChangedAsync(call, cancellationToken).ConfigureAwait(false))
            .Concat(await _disks.OwnersAsync(storage, null, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The guests that are given a device, or a directory, of whichever node they are on.</summary>
    private Task<IReadOnlyList<string>> WithMappingAsync(string id, CancellationToken cancellationToken) => _configs.WithAsync(
        (name, value) => Mapped.IsMatch(name) && ItemLists.Split(value).Any(item => item == id || item == $"mapping={id}" || item == $"dirid={id}"),
        null,
        "has that device",
        cancellationToken);

    /// <summary>The guests whose processor is a model of one's own: they start, and move, with what it says.</summary>
    private Task<IReadOnlyList<string>> WithProcessorAsync(string model, CancellationToken cancellationToken)
    {
        // Proxmox: the path takes the name with and without the prefix, a configuration only with it.
        string name = model.StartsWith("custom-", StringComparison.Ordinal) ? model : $"custom-{model}";
        return _configs.WithAsync(
            (key, value) => key == "cpu" && ItemLists.Split(value).Any(item => item == name || item == $"cputype={name}"),
            null,
            "has that processor",
            cancellationToken);
    }

    private async Task<IEnumerable<string>> WhereAsync(Func<JsonElement, bool> isMeant, CancellationToken cancellationToken)
    {
        JsonElement all = (await client.Raw.GetAsync("/cluster/resources", new ApiParameters { { "type", "vm" } }, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).Data;
        return all.EnumerateArray().Where(isMeant).Select(static guest => guest.Text("vmid")).OfType<string>();
    }

    private static Regex Mapped => field ??= new("^(hostpci|usb|virtiofs)[0-9]+$", RegexOptions.ExplicitCapture);
}
