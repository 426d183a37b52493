using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the guests behind disks of a node that a call overwrites: by what lies on them, and by guests that are given such a disk as it is.</summary>
internal sealed class DiskUsers(ProxmoxClient client, StorageUsers storages)
{
    private static readonly HashSet<string> s_paths = new(StringComparer.Ordinal)
    {
        "/nodes/{node}/disks/wipedisk", "/nodes/{node}/disks/initgpt", "/nodes/{node}/disks/directory", "/nodes/{node}/disks/lvm",
        "/nodes/{node}/disks/lvmthin", "/nodes/{node}/disks/zfs", "/nodes/{node}/ceph/osd",
    };

    // The disks of such storages are elsewhere.
    private static readonly HashSet<string> s_elsewhere = new(StringComparer.Ordinal)
    {
        "nfs", "cifs", "pbs", "rbd", "cephfs", "glusterfs", "iscsi", "iscsidirect", "zfs", "esxi",
    };

    /// <summary>The parameters that name disks of a node.</summary>
    public static HashSet<string> Disks { get; } = new(StringComparer.Ordinal) { "disk", "device", "devices", "dev", "db_dev", "wal_dev" };

    /// <summary>True for a call that overwrites disks.</summary>
    public static bool IsAbout(PlannedCall call) => call.Method is ApiMethod.Put or ApiMethod.Post && s_paths.Contains(call.Path);

    /// <summary>The guests behind the disks of a call.</summary>
    /// <exception cref="GuardRefusedException">The disks, a storage or a configuration cannot be read, so that nobody can tell.</exception>
    public async Task<IEnumerable<string>> OfAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        string[] disks =
        [
            .. call.Others.Where(static parameter => Disks.Contains(parameter.Name)).SelectMany(static parameter => ItemLists.Split(parameter.Text)),
        ];
        JsonElement all = await GetAsync(call, "list", new ApiParameters { { "include-partitions", "1" }, { "skipsmart", "1" } }, cancellationToken)
            .ConfigureAwait(false);
        JsonElement[] named = [.. all.EnumerateArray().Where(disk => disks.Any(name => Is(disk, name)))];
        JsonElement[] touched =
        [
            .. named,
            .. all.EnumerateArray().Where(part => part.Text("parent") is { } parent && named.Any(disk => disk.Text("devpath") == parent)),
        ];
        string[] paths = [.. disks.Concat(touched.SelectMany(Paths)).Distinct(StringComparer.Ordinal).Select(Pattern)];
        bool isKnown = disks.All(name => named.Any(disk => Is(disk, name)));
        Func<JsonElement, bool> isMeant = isKnown ? await StoragesOnAsync(call, touched, cancellationToken).ConfigureAwait(false) : IsHere;
        return await storages.OnPlacesAsync(isMeant, paths, call.Parameters.Find("node"), cancellationToken).ConfigureAwait(false);
    }

    private static bool Is(JsonElement disk, string name) => Paths(disk).Contains(name, StringComparer.Ordinal);

    private static IEnumerable<string> Paths(JsonElement disk) => new[] { disk.Text("devpath"), disk.Text("by_id_link") }.OfType<string>();

    private static string Pattern(string path) => $"{Regex.Escape(path)}(?:-part[0-9]+|p?[0-9]+)?(?:$|[,;\\s\"])";

    private static bool IsHere(JsonElement storage) => !s_elsewhere.Contains(storage.Text("type") ?? "");

    /// <summary>
    /// Picks the storages that lie on some disks: those of their volume groups, or, where that does not tell, all that are on disks of the node.
    /// </summary>
    private async Task<Func<JsonElement, bool>> StoragesOnAsync(PlannedCall call, JsonElement[] disks, CancellationToken cancellationToken)
    {
        // Proxmox: a disk whose partitions are listed themselves is used by them.
        JsonElement[] used = [.. disks.Where(static disk => disk.Text("used") is { Length: > 0 } use && use != "partitions")];
        if (used.Length == 0)
        {
            return static _ => false;
        }

        if (used.Any(static disk => disk.Text("used") != "LVM"))
        {
            return IsHere;
        }

        JsonElement tree = await GetAsync(call, "lvm", null, cancellationToken).ConfigureAwait(false);
        JsonElement list = tree.ValueKind == JsonValueKind.Object ? Children(tree) : tree;
        JsonElement[] groups = list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];
        bool IsTold(JsonElement disk) => groups.Any(group => Holds(group, disk));
        bool areTold = used.All(disk => IsTold(disk) || used.Any(whole => whole.Text("devpath") == disk.Text("parent") && IsTold(whole)));
        HashSet<string> names = [.. groups.Where(group => used.Any(disk => Holds(group, disk))).Select(static group => group.Text("name")).OfType<string>()];
        return areTold ? storage => storage.Text("vgname") is { } name && names.Contains(name) : IsHere;
    }

    private static bool Holds(JsonElement group, JsonElement disk) => Children(group) is { ValueKind: JsonValueKind.Array } places
        && places.EnumerateArray().Any(place => place.Text("name") is { } name && Paths(disk).Any(path => Regex.IsMatch(name, $"^{Pattern(path)}")));

    private static JsonElement Children(JsonElement node) => node.TryGetProperty("children", out JsonElement children) ? children : default;

    private async Task<JsonElement> GetAsync(PlannedCall call, string what, ApiParameters? parameters, CancellationToken cancellationToken)
    {
        string node = call.Parameters.Find("node") ?? "";
        try
        {
            return (await client.Raw.GetAsync($"/nodes/{Uri.EscapeDataString(node)}/disks/{what}", parameters, cancellationToken: cancellationToken)
                .ConfigureAwait(false)).Data;
        }
        catch (ProxmoxApiException e)
        {
            throw new GuardRefusedException("target", $"Nobody can tell what lies on the disks of {node}: they cannot be read: {e.Message}", e);
        }
    }
}
