using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Pve;

namespace ProxSharp.Operations.Tests;

/// <summary>All that a cluster holds, as text by place: what somebody would miss.</summary>
internal sealed class ClusterPicture
{
    private static readonly string[] s_places =
    [
        "/storage", "/pools", "/access/users", "/access/groups", "/access/roles", "/access/acl", "/access/domains", "/access/tfa", "/cluster/options", "/cluster/backup",
        "/cluster/ha/resources", "/cluster/ha/rules", "/cluster/replication", "/cluster/firewall/options", "/cluster/firewall/rules", "/cluster/firewall/aliases",
        "/cluster/firewall/ipset", "/cluster/firewall/groups", "/cluster/sdn/zones", "/cluster/sdn/vnets", "/cluster/sdn/controllers", "/cluster/sdn/dns",
        "/cluster/sdn/ipams", "/cluster/notifications/endpoints", "/cluster/notifications/matchers", "/cluster/mapping/pci", "/cluster/mapping/usb", "/cluster/mapping/dir",
        "/cluster/metrics/server", "/cluster/qemu/custom-cpu-models", "/cluster/jobs/realm-sync",
    ];

    private static readonly string[] s_ofNodes = ["network", "dns", "hosts", "config", "firewall/options", "firewall/rules", "services"];

    private static readonly string[] s_ofGuests = ["config", "firewall/options", "firewall/rules", "firewall/aliases", "firewall/ipset", "snapshot"];

    // What a server counts and measures, or tells about its own answer.
    private static readonly HashSet<string> s_measured = new(StringComparer.Ordinal)
    {
        "digest", "next-run", "next_sync", "last_sync", "last_try", "used", "avail", "used_fraction", "used_bytes", "next-run-time", "duration", "fail_count", "pid",
        "ctime", "snaptime", "lastentry", "state", "status-text", "origin", "format", "content_bytes",
    };

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The values by place, such as <c>/storage[local]/content</c>.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Takes one.</summary>
    public static async Task<ClusterPicture> TakeAsync(PveClient root)
    {
        ClusterPicture picture = new();
        foreach (string place in s_places)
        {
            await picture.ReadAsync(root, place);
        }

        foreach (string node in new[] { "pve1", "pve2", "pve3" })
        {
            foreach (string part in s_ofNodes)
            {
                await picture.ReadAsync(root, $"/nodes/{node}/{part}");
            }

            foreach (JsonElement storage in (await root.Raw.GetAsync($"/nodes/{node}/storage")).Data.EnumerateArray())
            {
                await picture.ReadAsync(root, $"/nodes/{node}/storage/{storage.Text("storage")}/content");
            }
        }

        foreach (JsonElement guest in (await root.Raw.GetAsync("/cluster/resources", new ApiParameters { { "type", "vm" } })).Data.EnumerateArray())
        {
            await picture.ReadGuestAsync(root, guest);
        }

        return picture;
    }

    /// <summary>What is not as it was: place, before and after; null where there is nothing.</summary>
    public IEnumerable<(string Place, string? Before, string? After)> ComparedWith(ClusterPicture later) => _values.Keys.Union(later._values.Keys)
        .Select(place => (place, _values.GetValueOrDefault(place), later._values.GetValueOrDefault(place)))
        .Where(static difference => difference.Item2 != difference.Item3);

    private async Task ReadGuestAsync(PveClient root, JsonElement guest)
    {
        string number = guest.Text("vmid")!;
        foreach (string name in new[] { "status", "node", "pool", "template", "lock" })
        {
            _values[$"/guests[{number}]/{name}"] = guest.Text(name) ?? "";
        }

        foreach (string part in s_ofGuests)
        {
            await ReadAsync(root, $"/nodes/{guest.Text("node")}/{guest.Text("type")}/{number}/{part}", $"/guests[{number}]/{part}");
        }
    }

    private async Task ReadAsync(PveClient root, string path, string? shown = null) => Add(shown ?? path, (await root.Raw.GetAsync(path)).Data);

    private void Add(string place, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject().Where(static member => !s_measured.Contains(member.Name)))
                {
                    Add($"{place}/{member.Name}", member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach ((int index, JsonElement item) in value.EnumerateArray().Index())
                {
                    Add($"{place}[{NameOf(item) ?? $"{index}"}]", item);
                }

                break;
            default:
                _values[place] = value.ToString();
                break;
        }
    }

    private static string? NameOf(JsonElement item) => item.ValueKind != JsonValueKind.Object ? null : (item.Text("volid") ?? item.Text("storage") ?? item.Text("userid")
        ?? item.Text("sid") ?? item.Text("id") ?? item.Text("poolid") ?? item.Text("name")) is { } name ? $"{name} {item.Text("path")} {item.Text("roleid")}".Trim() : null;
}
