using System.Globalization;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Storage;

/// <summary>Makes, finds and removes volumes under the names the server would choose.</summary>
internal sealed class VolumeAllocator(PveState state)
{
    /// <summary>Makes an image for a guest under the next free name.</summary>
    public Volume AllocateImage(StorageDefinition storage, string node, int vmid, long bytes, string? format, bool isContainer, string? parent = null)
    {
        string suffix = storage.HasFiles ? format ?? "raw" : "raw";
        string prefix = isContainer && storage.Type is "zfspool" or "btrfs" ? "subvol" : "vm";
        int number = 0;
        while (IsTaken(storage, node, vmid, number))
        {
            number++;
        }

        string name = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{vmid}-disk-{number}");
        string id = ImageId(storage, vmid, name, suffix, parent);
        return Add(storage, node, id, isContainer ? "rootdir" : "images", storage.HasFiles ? suffix : "raw", bytes, vmid, parent);
    }

    /// <summary>Whether a guest has a disk of a number on a storage, whatever its format.</summary>
    private bool IsTaken(StorageDefinition storage, string node, int vmid, int number)
    {
        string plain = string.Create(CultureInfo.InvariantCulture, $"-{vmid}-disk-{number}");
        return state.Volumes.OfGuest(vmid).Any(volume => volume.Storage == storage.Id && (volume.Node is null || volume.Node == node)
            && (volume.Id.EndsWith(plain, StringComparison.Ordinal) || volume.Id.Contains(plain + ".", StringComparison.Ordinal)));
    }

    /// <summary>Makes the small image that carries the cloud-init data of a machine.</summary>
    public Volume AllocateCloudInit(StorageDefinition storage, string node, int vmid)
    {
        string suffix = storage.HasFiles ? "qcow2" : "raw";
        string id = ImageId(storage, vmid, string.Create(CultureInfo.InvariantCulture, $"vm-{vmid}-cloudinit"), suffix);
        return Find(id, node) ?? Add(storage, node, id, "images", suffix, 4 << 20, vmid, null);
    }

    public Volume Add(StorageDefinition storage, string node, string id, string content, string format, long bytes, int? vmid, string? parent)
    {
        if (state.Faults?.IsFull(storage.Id) == true)
        {
            throw ApiFault.Failed(FullText(storage, id, vmid));
        }

        Volume volume = new()
        {
            Id = id,
            Storage = storage.Id,
            Node = storage.IsShared ? null : node,
            Content = content,
            Format = format,
            Size = bytes,
            VmId = vmid,
            Created = state.Now.ToUnixTimeSeconds(),
            Parent = parent,
        };
        state.Volumes.Add(volume);
        return volume;
    }

    public Volume? Find(string id, string node) => state.Volumes.Find(id, node);

    public bool Remove(string id, string node) => Find(id, node) is { } volume && state.Volumes.Remove(volume);

    /// <summary>Removes the disks of a guest; backups stay.</summary>
    public void RemoveAll(Guest guest)
    {
        foreach (Volume volume in state.Volumes.OfGuest(guest.VmId).Where(static volume => volume.Content is "images" or "rootdir").ToArray())
        {
            state.Volumes.Remove(volume);
        }
    }

    /// <summary>Gives a volume another name, as a template's disks get.</summary>
    public Volume Rename(Volume volume, string id) => state.Volumes.Replace(volume, volume with { Id = id });

    /// <summary>Puts a local volume on another node.</summary>
    public void Move(Volume volume, string node)
    {
        if (volume.Node is not null)
        {
            state.Volumes.Replace(volume, volume with { Node = node });
        }
    }

    // Proxmox: what a full storage says depends on the tool that notices.
    private static string FullText(StorageDefinition storage, string id, int? vmid)
    {
        string name = id[(storage.Id.Length + 1)..];
        return storage.Type switch
        {
            "lvmthin" => $"error during cfs-locked 'storage-{storage.Id}' operation: lvcreate 'pve/{name}' error:   Cannot create new thin volume, free space in thin pool pve/data reached threshold.",
            "rbd" => $"rbd create '{name}' error: rbd: create error: (28) No space left on device",
            _ when vmid is not null => $"unable to create image: qemu-img: {storage.Options["path"]}/images/{name}: Could not resize image: No space left on device",
            _ => $"write failed: No space left on device ({name})",
        };
    }

    // Proxmox: the name of a linked clone begins with that of its base.
    private static string ImageId(StorageDefinition storage, int vmid, string name, string suffix, string? parent = null)
    {
        string above = parent is null ? "" : parent[(storage.Id.Length + 1)..] + "/";
        return storage.HasFiles ? string.Create(CultureInfo.InvariantCulture, $"{storage.Id}:{above}{vmid}/{name}.{suffix}") : $"{storage.Id}:{above}{name}";
    }
}
