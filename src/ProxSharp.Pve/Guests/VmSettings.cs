using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>What a configuration and a specification of a virtual machine have in common: every option, typed.</summary>
public abstract partial record VmSettings : GuestSettings
{
    private protected VmSettings()
    {
    }

    private protected VmSettings(IReadOnlyDictionary<string, string> values)
        : base(values)
    {
    }

    /// <summary>Name of the VM, which is also its host name for cloud-init.</summary>
    public string? Name { get => GetText("name"); init => Set("name", value); }

    /// <summary>Memory in MiB.</summary>
    public long? Memory
    {
        get => GetProperties<QemuMemory>("memory")?.Current;
        init => SetProperties("memory", value is null ? null : (GetProperties<QemuMemory>("memory") ?? new QemuMemory()) with { Current = value });
    }

    /// <summary>
    /// The devices the VM boots from, in the order in which they are tried, for example <c>scsi0</c> and <c>net0</c>; empty if the server chooses.
    /// </summary>
    public IReadOnlyList<string> BootOrder
    {
        get => GetProperties<QemuBoot>("boot")?.Order?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [];
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            if (!BootOrder.SequenceEqual(value))
            {
                SetProperties("boot", value.Count > 0 ? new QemuBoot { Order = string.Join(';', value) } : null);
            }
        }
    }

    /// <summary>Gives the guest ACPI tables; without them it cannot react to a shutdown request.</summary>
    public bool? Acpi { get => GetBoolean("acpi"); init => Set("acpi", value); }

    /// <summary>Host CPU cores the VM may run on, as a comma separated list of numbers and ranges.</summary>
    public string? Affinity { get => GetText("affinity"); init => Set("affinity", value); }

    /// <summary>Whether the guest runs the QEMU guest agent and how it is used, as a property string.</summary>
    public QemuAgent? Agent { get => GetProperties<QemuAgent>("agent"); init => SetProperties("agent", value); }

    /// <summary>Lets the host merge identical memory pages of this VM with those of others.</summary>
    public bool? AllowKsm { get => GetBoolean("allow-ksm"); init => Set("allow-ksm", value); }

    /// <summary>Memory encryption with AMD SEV, as a property string.</summary>
    public QemuSev? AmdSev { get => GetProperties<QemuSev>("amd-sev"); init => SetProperties("amd-sev", value); }

    /// <summary>CPU architecture of the emulated machine.</summary>
    public CpuArch? Arch { get => GetWord<CpuArch>("arch"); init => SetWord("arch", value); }

    /// <summary>Further command line arguments for QEMU, passed as they are; for experts.</summary>
    public string? Args { get => GetText("args"); init => Set("args", value); }

    /// <summary>Starts the guest again after a crash (not acted upon at present).</summary>
    public bool? Autostart { get => GetBoolean("autostart"); init => Set("autostart", value); }

    /// <summary>Memory in MiB the VM may be reduced to by the balloon; 0 turns the balloon off.</summary>
    public long? Balloon { get => GetInt64("balloon"); init => Set("balloon", value); }

    /// <summary>Firmware of the machine: SeaBIOS, or OVMF for UEFI.</summary>
    public QemuBios? Bios { get => GetWord<QemuBios>("bios"); init => SetWord("bios", value); }

    /// <summary>Order of the devices the VM boots from, as a property string.</summary>
    public QemuBoot? Boot { get => GetProperties<QemuBoot>("boot"); init => SetProperties("boot", value); }

    /// <summary>CPU model and flags the guest sees, as a property string.</summary>
    public VmCpu? Cpu { get => GetProperties<VmCpu>("cpu"); init => SetProperties("cpu", value); }

    /// <summary>Does not start the CPU when the VM starts; it waits for the monitor command to go on.</summary>
    public bool? Freeze { get => GetBoolean("freeze"); init => Set("freeze", value); }

    /// <summary>
    /// What may be changed while the VM runs: disk, network, usb, memory, cpu, cloudinit; comma separated, 0 or 1 for none or the default ones.
    /// </summary>
    public string? Hotplug { get => GetText("hotplug"); init => Set("hotplug", value); }

    /// <summary>Backs the memory with huge pages of this size in MiB.</summary>
    public QemuHugepages? Hugepages { get => GetWord<QemuHugepages>("hugepages"); init => SetWord("hugepages", value); }

    /// <summary>Confidential computing with Intel TDX, as a property string.</summary>
    public QemuTdx? IntelTdx { get => GetProperties<QemuTdx>("intel-tdx"); init => SetProperties("intel-tdx", value); }

    /// <summary>Keeps the huge pages reserved after the VM stops.</summary>
    public bool? KeepHugepages { get => GetBoolean("keephugepages"); init => Set("keephugepages", value); }

    /// <summary>Keyboard layout for VNC.</summary>
    public KeyboardLayout? Keyboard { get => GetWord<KeyboardLayout>("keyboard"); init => SetWord("keyboard", value); }

    /// <summary>Uses hardware virtualisation.</summary>
    public bool? Kvm { get => GetBoolean("kvm"); init => Set("kvm", value); }

    /// <summary>Sets the hardware clock to local time instead of UTC.</summary>
    public bool? Localtime { get => GetBoolean("localtime"); init => Set("localtime", value); }

    /// <summary>Machine type of the VM, as a property string.</summary>
    public QemuMachine? Machine { get => GetProperties<QemuMachine>("machine"); init => SetProperties("machine", value); }

    /// <summary>Seconds the VM may stand still at the end of a live migration.</summary>
    public double? MigrateDowntime { get => GetDouble("migrate_downtime"); init => Set("migrate_downtime", value); }

    /// <summary>Limit for the speed of migrations, in MB/s; 0 means none.</summary>
    public long? MigrateSpeed { get => GetInt64("migrate_speed"); init => Set("migrate_speed", value); }

    /// <summary>Shows the guest a NUMA topology.</summary>
    public bool? Numa { get => GetBoolean("numa"); init => Set("numa", value); }

    /// <summary>NUMA node the guest sees, as a property string. Indexes 0 to 7.</summary>
    public IndexedOptions<QemuNumaNode> NumaEntries { get => GetMap<QemuNumaNode>("numa"); init => SetMap("numa", value); }

    /// <summary>Guest system, which turns suitable settings on.</summary>
    public QemuOsType? OsType { get => GetWord<QemuOsType>("ostype"); init => SetWord("ostype", value); }

    /// <summary>Lets the guest reboot; otherwise the VM ends.</summary>
    public bool? Reboot { get => GetBoolean("reboot"); init => Set("reboot", value); }

    /// <summary>Weight of the VM when memory is ballooned; 0 takes it out.</summary>
    public long? Shares { get => GetInt64("shares"); init => Set("shares", value); }

    /// <summary>SMBIOS data the guest sees, as a property string.</summary>
    public QemuSmbios1? Smbios1 { get => GetProperties<QemuSmbios1>("smbios1"); init => SetProperties("smbios1", value); }

    /// <summary>Number of CPU sockets.</summary>
    public long? Sockets { get => GetInt64("sockets"); init => Set("sockets", value); }

    /// <summary>Start value of the hardware clock: the word now, or a date.</summary>
    public string? StartDate { get => GetText("startdate"); init => Set("startdate", value); }

    /// <summary>Adds a pointing device with absolute positions, which keeps the mouse in step.</summary>
    public bool? Tablet { get => GetBoolean("tablet"); init => Set("tablet", value); }

    /// <summary>Number of virtual CPUs plugged in at start.</summary>
    public long? Vcpus { get => GetInt64("vcpus"); init => Set("vcpus", value); }

    /// <summary>Identifier that tells the guest when it was copied or rolled back; 1 makes one, 0 turns it off.</summary>
    public string? VmGenId { get => GetText("vmgenid"); init => Set("vmgenid", value); }

    /// <summary>Storage for saved memory of snapshots and hibernation.</summary>
    public string? VmStateStorage { get => GetText("vmstatestorage"); init => Set("vmstatestorage", value); }
}
