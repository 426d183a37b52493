using System.Globalization;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Guests;

/// <summary>The rules about who may set which option, which the schema only describes in prose.</summary>
internal sealed class GuestPrivileges(PveState state)
{
    // Proxmox: these options are reserved for root@pam, tokens of root@pam excluded.
    private static readonly HashSet<string> s_rootOnly = new(StringComparer.Ordinal) { "args", "lock", "hookscript" };

    private static readonly Dictionary<string, string> s_groups = new(StringComparer.Ordinal)
    {
        ["memory"] = "Memory",
        ["balloon"] = "Memory",
        ["shares"] = "Memory",
        ["swap"] = "Memory",
        ["cores"] = "CPU",
        ["sockets"] = "CPU",
        ["cpu"] = "CPU",
        ["cpulimit"] = "CPU",
        ["cpuunits"] = "CPU",
        ["numa"] = "CPU",
        ["vcpus"] = "CPU",
        ["smp"] = "CPU",
        ["affinity"] = "CPU",
        ["ide"] = "Disk",
        ["sata"] = "Disk",
        ["scsi"] = "Disk",
        ["virtio"] = "Disk",
        ["efidisk"] = "Disk",
        ["tpmstate"] = "Disk",
        ["unused"] = "Disk",
        ["rootfs"] = "Disk",
        ["mp"] = "Disk",
        ["net"] = "Network",
        ["nameserver"] = "Network",
        ["searchdomain"] = "Network",
        ["hostname"] = "Network",
        ["ipconfig"] = "Network",
        ["ciuser"] = "Cloudinit",
        ["cipassword"] = "Cloudinit",
        ["sshkeys"] = "Cloudinit",
        ["citype"] = "Cloudinit",
        ["cicustom"] = "Cloudinit",
        ["ciupgrade"] = "Cloudinit",
        ["acpi"] = "HWType",
        ["bios"] = "HWType",
        ["machine"] = "HWType",
        ["scsihw"] = "HWType",
        ["serial"] = "HWType",
        ["usb"] = "HWType",
        ["hostpci"] = "HWType",
        ["vga"] = "HWType",
        ["audio"] = "HWType",
        ["rng"] = "HWType",
        ["watchdog"] = "HWType",
        ["kvm"] = "HWType",
        ["parallel"] = "HWType",
        ["cdrom"] = "CDROM",
    };

    public void DemandOptions(Principal caller, int vmid, IEnumerable<string> keys)
    {
        if (caller.IsRoot)
        {
            return;
        }

        string path = string.Create(CultureInfo.InvariantCulture, $"/vms/{vmid}");
        foreach (string key in keys)
        {
            if (s_rootOnly.Contains(key))
            {
                throw ApiFault.Failed($"only root can set '{key}' config");
            }

            string stem = key.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
            string privilege = "VM.Config." + s_groups.GetValueOrDefault(key, s_groups.GetValueOrDefault(stem, "Options"));
            if (!state.Permissions.Has(caller, path, privilege))
            {
                throw ApiFault.Forbidden($"{path}, {privilege}");
            }
        }
    }

    /// <summary>Demands space on every storage that new disks are made on.</summary>
    public void DemandStorages(Principal caller, IEnumerable<string> storages)
    {
        foreach (string storage in storages.Distinct())
        {
            if (!state.Permissions.Has(caller, $"/storage/{storage}", "Datastore.AllocateSpace"))
            {
                throw ApiFault.Forbidden($"/storage/{storage}, Datastore.AllocateSpace");
            }
        }
    }

    public static void DemandSkiplock(ApiCall call)
    {
        if (call.IsSet("skiplock") && !call.Caller.IsRoot)
        {
            throw ApiFault.Parameter("skiplock", "Only root may use this option.");
        }
    }
}
