using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

public abstract partial record VmSettings
{
    /// <summary>Virtual sound card, as a property string.</summary>
    public QemuAudio0? Audio0 { get => GetProperties<QemuAudio0>("audio0"); init => SetProperties("audio0", value); }

    /// <summary>Disk for the variables of the UEFI firmware, as a property string.</summary>
    public QemuEfiDisk0? EfiDisk0 { get => GetProperties<QemuEfiDisk0>("efidisk0"); init => SetProperties("efidisk0", value); }

    /// <summary>PCI device of the host passed to the VM, as a property string. Indexes 0 to 15.</summary>
    public IndexedOptions<QemuHostPci> HostPci { get => GetMap<QemuHostPci>("hostpci"); init => SetMap("hostpci", value); }

    /// <summary>IDE disk or CD-ROM drive, as a property string. Indexes 0 to 3.</summary>
    public IndexedOptions<QemuIde> Ide { get => GetMap<QemuIde>("ide"); init => SetMap("ide", value); }

    /// <summary>Shared memory between VMs or with the host, as a property string.</summary>
    public QemuIvshmem? Ivshmem { get => GetProperties<QemuIvshmem>("ivshmem"); init => SetProperties("ivshmem", value); }

    /// <summary>Network interface of the guest, as a property string. Indexes 0 to 31.</summary>
    public IndexedOptions<QemuNet> Net { get => GetMap<QemuNet>("net"); init => SetMap("net", value); }

    /// <summary>Parallel port device of the host passed to the VM. Indexes 0 to 2.</summary>
    public IndexedOptions<string> Parallel { get => GetTextMap("parallel"); init => SetMap("parallel", value); }

    /// <summary>Random number generator of the VM, as a property string.</summary>
    public QemuRng? Rng0 { get => GetProperties<QemuRng>("rng0"); init => SetProperties("rng0", value); }

    /// <summary>SATA disk or CD-ROM drive, as a property string. Indexes 0 to 5.</summary>
    public IndexedOptions<QemuSata> Sata { get => GetMap<QemuSata>("sata"); init => SetMap("sata", value); }

    /// <summary>SCSI disk or CD-ROM drive, as a property string. Indexes 0 to 30.</summary>
    public IndexedOptions<QemuScsi> Scsi { get => GetMap<QemuScsi>("scsi"); init => SetMap("scsi", value); }

    /// <summary>Model of the SCSI controller.</summary>
    public ScsiHw? ScsiHw { get => GetWord<ScsiHw>("scsihw"); init => SetWord("scsihw", value); }

    /// <summary>Serial port: a device of the host, or the word socket. Indexes 0 to 3.</summary>
    public IndexedOptions<string> Serial { get => GetTextMap("serial"); init => SetMap("serial", value); }

    /// <summary>Extras for SPICE, as a property string.</summary>
    public QemuSpiceEnhancements? SpiceEnhancements
    {
        get => GetProperties<QemuSpiceEnhancements>("spice_enhancements");
        init => SetProperties("spice_enhancements", value);
    }

    /// <summary>Disk for the state of the TPM, as a property string.</summary>
    public QemuTpmState0? TpmState0 { get => GetProperties<QemuTpmState0>("tpmstate0"); init => SetProperties("tpmstate0", value); }

    /// <summary>Volume that belongs to the guest but is not in use. Indexes 0 to 255.</summary>
    public IndexedOptions<QemuUnused> Unused { get => GetMap<QemuUnused>("unused"); init => SetMap("unused", value); }

    /// <summary>USB device of the host passed to the VM, as a property string. Indexes 0 to 13.</summary>
    public IndexedOptions<QemuUsb> Usb { get => GetMap<QemuUsb>("usb"); init => SetMap("usb", value); }

    /// <summary>Graphics card, as a property string.</summary>
    public QemuVga? Vga { get => GetProperties<QemuVga>("vga"); init => SetProperties("vga", value); }

    /// <summary>VirtIO block disk, as a property string. Indexes 0 to 15.</summary>
    public IndexedOptions<QemuVirtio> Virtio { get => GetMap<QemuVirtio>("virtio"); init => SetMap("virtio", value); }

    /// <summary>Directory of the host shared with the VM, as a property string. Indexes 0 to 9.</summary>
    public IndexedOptions<QemuVirtioFs> VirtioFs { get => GetMap<QemuVirtioFs>("virtiofs"); init => SetMap("virtiofs", value); }

    /// <summary>Watchdog device of the VM, as a property string.</summary>
    public QemuWatchdog? Watchdog { get => GetProperties<QemuWatchdog>("watchdog"); init => SetProperties("watchdog", value); }
}
