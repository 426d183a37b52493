using System.Globalization;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Guests;

/// <summary>Turns the options a client sends into the options a configuration file keeps: disks are allocated, MAC addresses made, tags sorted.</summary>
internal sealed class GuestConfigurator(PveState state)
{
    private readonly VolumeAllocator _volumes = new(state);

    public VolumeAllocator Volumes => _volumes;

    /// <summary>Fails the way the server does before it starts a task: a storage that does not exist or does not take images.</summary>
    public void DemandStorages(IEnumerable<KeyValuePair<string, string>> options, bool isContainer, string node)
    {
        foreach ((string key, string value) in options)
        {
            if (!DiskOptions.IsDisk(key, isContainer) || StorageOf(value) is not { } id)
            {
                continue;
            }

            StorageDefinition storage = state.GetStorage(id);
            if (!storage.IsOn(node))
            {
                throw ApiFault.Failed($"storage '{id}' is not available on node '{node}'");
            }

            if (storage.IsDisabled)
            {
                throw ApiFault.Failed($"storage '{id}' is disabled");
            }
        }
    }

    /// <summary>Writes one option into a guest's configuration.</summary>
    /// <returns>The text that is kept.</returns>
    public string Apply(Guest guest, string key, string value, SimulatedTask? task)
    {
        string kept = key switch
        {
            "tags" => string.Join(';', value.Split([';', ',', ' '], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).Distinct()),
            "description" => value.TrimEnd(),
            _ when IsNetwork(key) => Network(value, guest.IsContainer),
            _ when DiskOptions.IsDisk(key, guest.IsContainer) => Disk(guest, key, value, task),
            _ => value,
        };
        guest.Config[key] = kept;
        return kept;
    }

    /// <summary>Removes an option; a disk becomes unused first, an unused disk is destroyed.</summary>
    public void Remove(Guest guest, string key)
    {
        if (!guest.Config.Remove(key, out string? value) || !DiskOptions.IsDisk(key, guest.IsContainer))
        {
            return;
        }

        string volume = DiskOptions.VolumeOf(value);
        if (key.StartsWith("unused", StringComparison.Ordinal) || volume.Contains("cloudinit", StringComparison.Ordinal))
        {
            _volumes.Remove(volume, guest.Node);
        }
        else if (_volumes.Find(volume, guest.Node) is { Content: "images" or "rootdir" })
        {
            int slot = 0;
            while (guest.Config.ContainsKey(string.Create(CultureInfo.InvariantCulture, $"unused{slot}")))
            {
                slot++;
            }

            guest.Config[string.Create(CultureInfo.InvariantCulture, $"unused{slot}")] = volume;
        }
    }

    /// <summary>The storage a disk value names; null for <c>none</c>, <c>cdrom</c> and paths.</summary>
    public static string? StorageOf(string value)
    {
        string volume = DiskOptions.VolumeOf(value);
        int colon = volume.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 || volume.StartsWith('/') ? null : volume[..colon];
    }

    private static bool IsNetwork(string key) => key.StartsWith("net", StringComparison.Ordinal) && key.Length > 3 && char.IsAsciiDigit(key[3]);

    private string Network(string value, bool isContainer)
    {
        SortedDictionary<string, string> parts = new(StringComparer.Ordinal);
        string? model = null;
        string? mac = null;
        foreach (PropertyStringEntry entry in PropertyStringEntries.Parse(value).Items)
        {
            switch (entry.Key)
            {
                case null or "model":
                    model = entry.Value;
                    break;
                case "macaddr" or "hwaddr":
                    mac = entry.Value.ToUpperInvariant();
                    break;
                case "e1000" or "virtio" or "rtl8139" or "vmxnet3" or "e1000e" or "i82551" or "i82557b" or "i82559er" or "ne2k_isa" or "ne2k_pci" or "pcnet" or "e1000-82540em"
                    or "e1000-82544gc" or "e1000-82545em":
                    (model, mac) = (entry.Key, entry.Value.ToUpperInvariant());
                    break;
                default:
                    parts[entry.Key] = entry.Value;
                    break;
            }
        }

        mac ??= state.NewMac();
        if (!isContainer)
        {
            return Join($"{model}={mac}", parts);
        }

        string name = parts.Remove("name", out string? given) ? given : "eth0";
        parts["hwaddr"] = mac;
        parts["type"] = "veth";
        return Join($"name={name}", parts);
    }

    private string Disk(Guest guest, string key, string value, SimulatedTask? task)
    {
        string volume = DiskOptions.VolumeOf(value);
        SortedDictionary<string, string> parts = new(StringComparer.Ordinal);
        foreach (PropertyStringEntry entry in PropertyStringEntries.Parse(value).Items)
        {
            if (entry.Key is not (null or "file" or "volume"))
            {
                parts[entry.Key] = entry.Value;
            }
        }

        if (StorageOf(value) is not { } id)
        {
            return Join(volume, parts);
        }

        StorageDefinition storage = state.GetStorage(id);
        string name = volume[(id.Length + 1)..];
        if (name == "cloudinit")
        {
            parts["media"] = "cdrom";
            return Join(_volumes.AllocateCloudInit(storage, guest.Node, guest.VmId).Id, parts);
        }

        return decimal.TryParse(name, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal gibibytes)
            ? Allocate(guest, key, storage, (long)(gibibytes * (1L << 30)), parts, task)
            : Existing(guest, volume, parts);
    }

    private string Allocate(Guest guest, string key, StorageDefinition storage, long bytes, SortedDictionary<string, string> parts, SimulatedTask? task)
    {
        string? format = parts.Remove("format", out string? given) ? given : null;
        parts.Remove("import-from");
        long size = key.StartsWith("efidisk", StringComparison.Ordinal) || key.StartsWith("tpmstate", StringComparison.Ordinal) ? 4 << 20 : bytes;
        Volume made = _volumes.AllocateImage(storage, guest.Node, guest.VmId, size, format, guest.IsContainer);
        parts["size"] = DiskOptions.FormatSize(size);
        string kept = Join(made.Id, parts);
        task?.Write(storage.HasFiles
            ? string.Create(CultureInfo.InvariantCulture, $"Formatting '/var/lib/vz/images/{made.Name}', fmt={made.Format} size={size}")
            : $"  Logical volume \"{made.Name}\" created.");
        task?.Write($"{key}: successfully created disk '{kept}'");
        return kept;
    }

    private string Existing(Guest guest, string volume, SortedDictionary<string, string> parts)
    {
        Volume found = _volumes.Find(volume, guest.Node) ?? throw ApiFault.Failed($"volume '{volume}' does not exist");
        if (found.Content is "images" or "rootdir" or "iso" && !parts.ContainsKey("size"))
        {
            parts["size"] = DiskOptions.FormatSize(found.Size);
        }

        return Join(volume, parts);
    }

    private static string Join(string first, SortedDictionary<string, string> parts) =>
        string.Join(',', parts.Select(static part => $"{part.Key}={part.Value}").Prepend(first));
}
