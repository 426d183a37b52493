using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;
using ProxSharp.Operations.Plans;
using ProxSharp.Pve;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Tests;

/// <summary>Calls that somebody could think of who knows the schema, what the cluster holds, and how values are written.</summary>
internal sealed partial class RandomCalls(Random random, PveClient root)
{
    private static readonly string[] s_disks =
    [
        "local-lvm:1", "ceph:1", "local-lvm:1,backup=0", "local-lvm:vm-106-disk-0", "local-lvm:vm-102-disk-0", "file=local-lvm:vm-106-disk-0,ro=1", "ceph:vm-105-disk-0",
        "none", "none,media=cdrom", "local:iso/debian-13.iso,media=cdrom", "/dev/sdb", "local-lvm:0,import-from=local-lvm:vm-102-disk-0", "local-lvm:cloudinit", "local:1,format=raw",
        "volume=local-lvm:1,mp=/data", "local-lvm:1,mp=/srv/x", "local-lvm:subvol-200-disk-0,mp=/x", "local-lvm:9999999",
    ];

    private static readonly Dictionary<string, string[]> s_texts = new(StringComparer.Ordinal)
    {
        ["node"] = ["pve1", "pve2", "pve3"],
        ["target"] = ["pve1", "pve2", "pve3", "local", "ceph"],
        ["storage"] = ["local", "local-lvm", "ceph"],
        ["tags"] = ["web", "prod;web", "-", "", "x;y"],
        ["name"] = ["web-1", "new-name", "db-1"],
        ["filename"] = ["vm-106-disk-9", "vm-102-disk-0", "vm-300-disk-0.qcow2"],
        ["size"] = ["1G", "+1G", "9T"],
        ["snapname"] = ["before", "s1", "current"],
        ["description"] = ["x", "a\nb"],
        ["boot"] = ["order=net0", "order=scsi0;net0", "cdn"],
        ["agent"] = ["0", "1", "enabled=1,freeze-fs-on-backup=0"],
        ["cpu"] = ["host", "x86-64-v2-AES", "custom-own"],
        ["vmgenid"] = ["1", "0"],
        ["smbios1"] = ["uuid=11111111-1111-1111-1111-111111111111", ""],
        ["machine"] = ["q35", "pc-i440fx-9.0"],
        ["hostname"] = ["new-name", "x.example.org"],
        ["startup"] = ["order=1", "up=5"],
        ["schedule"] = ["daily", "*/5", "2000-01-01 00:00"],
        ["vmstatestorage"] = ["local", "ceph"],
        ["ostype"] = ["l26", "win11", "debian"],
        ["comment"] = ["x"],
        ["type"] = ["vm", "simple", "in", "bgp"],
        ["sid"] = ["vm:106", "ct:203", "vm:100"],
        ["guest"] = ["106", "100"],
        ["notes"] = ["n"],
        ["lock-token"] = ["x"],
    };

    private static readonly string[] s_ownOfDisks = [",ro=1", ",backup=0", ",cache=unsafe", ",replicate=0", ",media=cdrom", ",snapshot=1", ",discard=on", ",size=1G", ",serial=a", ""];

    /// <summary>Makes a call of an operation; null where there is nothing that its path could name.</summary>
    public async Task<PlanRequest?> NextAsync(ApiEndpoint endpoint)
    {
        if (await PathAsync(endpoint.Path) is not { } path)
        {
            return null;
        }

        JsonElement present = await PresentAsync(endpoint, path);
        ApiParameters parameters = [];
        foreach (string name in Chosen(endpoint))
        {
            string key = name.Replace("[n]", random.Next(3).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            if (parameters.Find(key) is null && ValueOf(key, endpoint.Parameters[name], present) is { } value)
            {
                parameters.Add(key, value);
            }
        }

        return new PlanRequest(endpoint.Method, path, parameters);
    }

    // What is needed, and one to three more; disks and deletions oftener than others.
    private IEnumerable<string> Chosen(ApiEndpoint endpoint)
    {
        string[] free = [.. endpoint.Parameters.Where(static parameter => !parameter.Value.IsPathParameter && parameter.Value.IsOptional).Select(static parameter => parameter.Key)];
        string[] weighed = [.. free, .. Enumerable.Repeat(free.Where(static name => name == "delete" || Disk().IsMatch(name.Replace("[n]", "0", StringComparison.Ordinal))), 4).SelectMany(static all => all)];
        return endpoint.Parameters.Where(static parameter => !parameter.Value.IsPathParameter && !parameter.Value.IsOptional).Select(static parameter => parameter.Key)
            .Concat(weighed.Length == 0 ? [] : Enumerable.Range(0, 1 + random.Next(3)).Select(_ => OneOf(weighed)));
    }

    private T OneOf<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private async Task<string?> PathAsync(string template)
    {
        if (template.Contains("/{vmid}", StringComparison.Ordinal))
        {
            string kind = template.Contains("/lxc/", StringComparison.Ordinal) ? "lxc" : "qemu";
            JsonElement[] guests = [.. (await root.Raw.GetAsync("/cluster/resources", new ApiParameters { { "type", "vm" } })).Data.EnumerateArray().Where(guest => guest.Text("type") == kind)];
            JsonElement guest = OneOf(guests);
            template = template.Replace("{node}", guest.Text("node"), StringComparison.Ordinal).Replace("{vmid}", guest.Text("vmid"), StringComparison.Ordinal);
        }

        template = template.Replace("{node}", OneOf(s_texts["node"]), StringComparison.Ordinal);
        while (Placeholder().Match(template) is { Success: true } place)
        {
            string[] known = await NamesAsync(template[..(place.Index - 1)], place.Groups[1].Value);
            if (known.Length == 0)
            {
                return null;
            }

            template = template[..place.Index] + OneOf(known) + template[(place.Index + place.Length)..];
        }

        return template;
    }

    // A collection tells the names of what is in it, under the placeholder's name or one of the usual ones.
    private async Task<string[]> NamesAsync(string collection, string placeholder)
    {
        try
        {
            JsonElement list = (await root.Raw.GetAsync(collection)).Data;
            return list.ValueKind != JsonValueKind.Array
                ? []
                : [.. list.EnumerateArray().Where(static item => item.ValueKind == JsonValueKind.Object)
                    .Select(item => item.Text(placeholder) ?? item.Text("name") ?? item.Text("id") ?? item.Text("volid") ?? item.Text("pos")).OfType<string>()
                    .Where(static name => name != "current")];
        }
        catch (ProxmoxApiException)
        {
            return [];
        }
    }

    private async Task<JsonElement> PresentAsync(ApiEndpoint endpoint, string path)
    {
        if (endpoint.Method != ApiMethod.Put && !path.EndsWith("/config", StringComparison.Ordinal))
        {
            return default;
        }

        try
        {
            return (await root.Raw.GetAsync(path)).Data;
        }
        catch (ProxmoxApiException)
        {
            return default;
        }
    }

    private string? ValueOf(string key, ApiNode node, JsonElement present)
    {
        string[] keys = present.ValueKind != JsonValueKind.Object
            ? []
            : [.. present.EnumerateObject().Select(static member => member.Name).Where(static name => name != "digest")];
        return key switch
        {
            "digest" => null,
            "delete" or "revert" => keys.Length == 0 ? null : $"{OneOf(keys)}{(random.Next(4) == 0 ? $",{OneOf(keys)}" : "")}",
            "vmid" or "newid" => random.Next(3) == 0 ? OneOf(new[] { "100", "106", "203" }) : $"{300 + random.Next(20)}",
            "vms" => OneOf(new[] { "100", "106,203", "105" }),
            _ when Disk().IsMatch(key) => DiskOf(key, present),
            _ when key.StartsWith("net", StringComparison.Ordinal) => OneOf(new[] { "virtio,bridge=vmbr0", "name=eth0,bridge=vmbr0,ip=dhcp", "virtio,bridge=vmbr0,link_down=1" }),
            _ when s_texts.TryGetValue(key, out string[]? texts) => OneOf(texts),
            _ when node.Enumeration is { Count: > 0 } allowed => OneOf([.. allowed]),
            _ => OfType(node),
        };
    }

    private string DiskOf(string key, JsonElement present) =>
        present.ValueKind == JsonValueKind.Object && present.Text(key) is { } now && random.Next(2) == 0 ? now + OneOf(s_ownOfDisks) : OneOf(s_disks);

    private string? OfType(ApiNode node) => node.Type switch
    {
        ApiValueType.Boolean => OneOf(new[] { "0", "1", "on", "no" }),
        ApiValueType.Integer or ApiValueType.Number => NumberOf(node),
        _ when node.Pattern is not null || node.Format is not null => null,
        _ => "x1",
    };

    private string NumberOf(ApiNode node)
    {
        double low = Math.Max(node.Minimum ?? 0, -1000);
        double high = Math.Min(node.Maximum ?? 100_000, 100_000);
        double value = random.Next(3) switch { 0 => low, 1 => high, _ => low + Math.Floor(random.NextDouble() * (high - low)) };
        return value.ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\{([^}]+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\A((ide|sata|scsi|virtio|efidisk|tpmstate|unused|mp)[0-9]|rootfs|cdrom|disk)\z")]
    private static partial Regex Disk();
}
