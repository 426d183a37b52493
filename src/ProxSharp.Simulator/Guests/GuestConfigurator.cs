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

            string name = DiskOptions.VolumeOf(value)[(id.Length + 1)..];
            bool isNew = name == "cloudinit" || decimal.TryParse(name, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
            if (isNew && !storage.Holds(isContainer ? "rootdir" : "images"))
            {
                throw ApiFault.Parameter("storage", isContainer
                    ? $"storage '{id}' does not support container directories"
                    : $"storage '{id}' does not support vm images");
            }

            if (!isNew && storage.HasFiles && !StoragePaths.IsName(name))
            {
                throw ApiFault.Failed($"unable to parse directory volume name '{name}'");
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
        string? before = guest.Config.GetValueOrDefault(key);
        guest.Config[key] = kept;
        if (DiskOptions.IsDisk(key, guest.IsContainer) && !key.StartsWith("unused", StringComparison.Ordinal))
        {
            Attach(guest, before, DiskOptions.VolumeOf(kept));
        }

        return kept;
    }

    // Proxmox: what a drive held before becomes unused, and what it holds now is not unused any more.
    private void Attach(Guest guest, string? before, string volume)
    {
        if (before is not null && DiskOptions.VolumeOf(before) is { } left && left != volume && !left.Contains("cloudinit", StringComparison.Ordinal))
        {
            SetAside(guest, left);
        }

        foreach (string key in UnusedOf(guest, volume))
        {
            guest.Config.Remove(key);
        }
    }

    /// <summary>The options that keep a volume as an unused one.</summary>
    public static string[] UnusedOf(Guest guest, string volume) =>
        [.. guest.Config.Where(option => option.Key.StartsWith("unused", StringComparison.Ordinal) && option.Value == volume)
            .Select(static option => option.Key)];

    /// <summary>Keeps a volume that no drive of a guest holds any more as an unused one.</summary>
    public void SetAside(Guest guest, string volume)
    {
        if (_volumes.Find(volume, guest.Node) is not { Content: "images" or "rootdir" })
        {
            return;
        }

        int slot = 0;
        while (guest.Config.ContainsKey(string.Create(CultureInfo.InvariantCulture, $"unused{slot}")))
        {
            slot++;
        }

        guest.Config[string.Create(CultureInfo.InvariantCulture, $"unused{slot}")] = volume;
    }

    /// <summary>Gives a network card another address, as copies of guests get.</summary>
    public string WithNewMac(string value, bool isContainer) => isContainer
        ? DiskOptions.With(value, "hwaddr", state.NewMac())
        : $"{value[..value.IndexOf('=', StringComparison.Ordinal)]}={state.NewMac()}{(value.IndexOf(',', StringComparison.Ordinal) is int comma and >= 0 ? value[comma..] : "")}";

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
        else
        {
            SetAside(guest, volume);
        }
    }

    /// <summary>Removes an option; the volume of a disk is destroyed with it, and not kept as an unused one.</summary>
    public void Destroy(Guest guest, string key)
    {
        string? volume = guest.Config.TryGetValue(key, out string? value) && DiskOptions.IsDisk(key, guest.IsContainer) ? DiskOptions.VolumeOf(value) : null;
        Remove(guest, key);
        foreach (string unused in volume is null ? [] : UnusedOf(guest, volume))
        {
            Remove(guest, unused);
        }
    }

    /// <summary>The storage a disk value names; null for <c>none</c>, <c>cdrom</c> and paths.</summary>
    public static string? StorageOf(string value)
    {
        string volume = DiskOptions.VolumeOf(value);
        int colon = volume.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 || volume.StartsWith('/') ? null : volume[..colon];
    }

    /// <summary>The storages that the disks among a guest's options are on; one may come more than once.</summary>
    public static IEnumerable<string> StoragesOf(IEnumerable<KeyValuePair<string, string>> options, bool isContainer) =>
        options.Where(option => DiskOptions.IsDisk(option.Key, isContainer)).Select(static option => StorageOf(option.Value)).OfType<string>();

    public static bool IsNetwork(string key) => key.StartsWith("net", StringComparison.Ordinal) && key.Length > 3 && char.IsAsciiDigit(key[3]);

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
                case "e1000" or "virtio" or "rtl8139" or "vmxnet3" or "e1000e" or "i82551" or "i82557b" or "i82559er" or "ne2k_isa" or "ne2k_pci"
                    or "pcnet" or "e1000-82540em" or "e1000-82544gc" or "e1000-82545em":
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
            ? Allocate(guest, key, storage, Whole(gibibytes, guest.IsContainer), parts, task)
            : Existing(guest, volume, parts);
    }

    // Proxmox: machines get the next KiB, containers full MiB.
    private static long Whole(decimal gibibytes, bool isContainer) =>
        isContainer ? (long)Math.Floor(gibibytes * 1024) << 20 : (long)Math.Ceiling(gibibytes * 1024 * 1024) << 10;

    private string Allocate(Guest guest, string key, StorageDefinition storage, long bytes, SortedDictionary<string, string> parts, SimulatedTask? task)
    {
        string? format = parts.Remove("format", out string? given) ? given : null;
        parts.Remove("import-from");
        long size = key.StartsWith("efidisk", StringComparison.Ordinal) || key.StartsWith("tpmstate", StringComparison.Ordinal) ? 4 << 20 : bytes;
        Volume made = _volumes.AllocateImage(storage, guest.Node, guest.VmId, size, format, guest.IsContainer);
        parts["size"] = DiskOptions.FormatSize(size);
        string kept = Join(made.Id, parts);
        task?.Write(Made(storage, made));
        if (guest.IsContainer)
        {
            WriteFileSystem(size, task);
        }
        else
        {
            task?.Write($"{key}: successfully created disk '{kept}'");
        }

        return kept;
    }

    private static string Made(StorageDefinition storage, Volume made)
    {
        if (!storage.HasFiles)
        {
            return $"  Logical volume \"{made.Name}\" created.";
        }

        string file = $"{storage.Options["path"]?.GetValue<string>() ?? "/mnt/pve/" + storage.Id}/images/{made.Name}";
        return made.Format == "qcow2"
            ? $"Formatting '{file}', fmt=qcow2 cluster_size=65536 extended_l2=off preallocation=metadata compression_type=zlib "
                + string.Create(CultureInfo.InvariantCulture, $"size={made.Size} lazy_refcounts=off refcount_bits=16")
            : string.Create(CultureInfo.InvariantCulture, $"Formatting '{file}', fmt={made.Format} size={made.Size} preallocation=off");
    }

    /// <summary>What <c>mkfs.ext4</c> says about a container's volume.</summary>
    private void WriteFileSystem(long size, SimulatedTask? task)
    {
        long blocks = size / 4096;
        List<long> copies = [.. new long[] { 1, 3, 5, 7, 9, 25, 27, 49, 81, 125, 243, 343 }.Select(static factor => factor * 32768)
            .Where(block => block < blocks)];
        task?.Write(string.Create(CultureInfo.InvariantCulture, $"Creating filesystem with {blocks} 4k blocks and {blocks / 4} inodes"));
        task?.Write($"Filesystem UUID: {state.NewUuid()}");
        task?.Write("Superblock backups stored on blocks: ");
        task?.Write("\t" + string.Join(", ", copies));
    }

    /// <summary>Adds what the server adds to every guest.</summary>
    public void AddDefaults(Guest guest)
    {
        if (guest.IsContainer)
        {
            guest.Config.TryAdd("arch", "amd64");
            guest.Config.TryAdd("hostname", string.Create(CultureInfo.InvariantCulture, $"CT{guest.VmId}"));
            guest.Config.TryAdd("memory", "512");
            guest.Config.TryAdd("swap", "512");
            guest.Config.TryAdd("ostype", "unmanaged");
            return;
        }

        guest.Config.TryAdd("smbios1", $"uuid={state.NewUuid()}");
        guest.Config.TryAdd("vmgenid", state.NewUuid());
        guest.Config.TryAdd("meta", string.Create(CultureInfo.InvariantCulture, $"creation-qemu=10.1.2,ctime={state.Now.ToUnixTimeSeconds()}"));
        if (!guest.Config.ContainsKey("boot") && BootOrder(guest) is { Length: > 0 } order)
        {
            guest.Config["boot"] = $"order={order}";
        }
    }

    // Proxmox: the first disk, the first CD drive and the first network card.
    private static string BootOrder(Guest guest)
    {
        static int Rank(string key) => key[0] switch { 'i' => 0, 's' when key[1] == 'c' => 1, 'v' => 2, _ => 3 };
        string[] drives =
        [
            .. guest.Config.Keys.Where(static key => DiskOptions.IsDisk(key, isContainer: false) && key[0] is 'i' or 's' or 'v')
                .OrderBy(Rank).ThenBy(static key => key.Length).ThenBy(static key => key, StringComparer.Ordinal),
        ];
        bool IsCd(string key) => guest.Config[key].Contains("media=cdrom", StringComparison.Ordinal);
        string?[] order = [Array.Find(drives, drive => !IsCd(drive)), Array.Find(drives, IsCd), guest.Config.Keys.FirstOrDefault(IsNetwork)];
        return string.Join(';', order.OfType<string>());
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
