using ProxSharp.Ids;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>What a new virtual machine is to be.</summary>
/// <example>
/// <code>
/// VmSpec spec = new()
/// {
///     Name = "web1", Cores = 4, Memory = 8192, OsType = QemuOsType.L26, ScsiHw = ScsiHw.VirtioScsiSingle,
///     Scsi = [new(0, VmSpec.NewDisk("local-lvm", DiskSize.FromGibibytes(40)))],
///     Net = [new(0, new QemuNet { Model = NetworkModel.Virtio, Bridge = "vmbr0" })],
/// };
/// Vm web1 = await pve.Nodes["pve1"].Vms.CreateAsync(spec).WaitForCompletionAsync();
/// </code>
/// </example>
public sealed record VmSpec : VmSettings
{
    /// <summary>The number of the VM; null (the default) claims a free one.</summary>
    public VmId? Id { get; init; }

    /// <summary>Where a free number is looked for; null asks the server for its lowest one.</summary>
    public VmIdRange? IdRange { get; init; }

    /// <summary>The pool it joins.</summary>
    public string? Pool { get => GetText("pool"); init => Set("pool", value); }

    /// <summary>The storage for disks that name none.</summary>
    public string? Storage { get => GetText("storage"); init => Set("storage", value); }

    /// <summary>Starts it as soon as it is made.</summary>
    public bool? Start { get => GetBoolean("start"); init => Set("start", value); }

    /// <summary>Makes it a resource of high availability.</summary>
    public bool? HaManaged { get => GetBoolean("ha-managed"); init => Set("ha-managed", value); }

    /// <summary>Limit for importing disks, in KiB/s; 0 means none.</summary>
    public long? BandwidthLimit { get => GetInt64("bwlimit"); init => Set("bwlimit", value); }

    /// <summary>The storage for intermediate copies while disks are imported.</summary>
    public string? ImportWorkingStorage { get => GetText("import-working-storage"); init => Set("import-working-storage", value); }

    /// <summary>A new disk: the server makes its volume.</summary>
    /// <param name="storage">The storage for the volume.</param>
    /// <param name="size">Its size.</param>
    /// <exception cref="FormatException">The text is no name of a storage.</exception>
    public static QemuScsi NewDisk(string storage, DiskSize size) => QemuScsi.Parse(Volumes.New(storage, size), null);

    /// <summary>A disk that is a copy of an image or a volume.</summary>
    /// <param name="storage">The storage for the copy.</param>
    /// <param name="source">The volume to copy, for example <c>local:import/debian.qcow2</c>.</param>
    /// <exception cref="FormatException">The text is no name of a storage.</exception>
    public static QemuScsi ImportedDisk(string storage, VolumeId source) =>
        new() { File = $"{StorageId.Parse(storage, null)}:0", ImportFrom = source.ToString() };

    /// <summary>A CD-ROM drive.</summary>
    /// <param name="image">The image in it; null for an empty drive.</param>
    public static QemuIde CdRom(VolumeId? image = null) => new() { File = image?.ToString() ?? "none", Media = QemuMedia.Cdrom };

    internal NodesQemuCreateRequest ToRequest(VmId id) => new() { VmId = id.Value, Extra = Values };
}
