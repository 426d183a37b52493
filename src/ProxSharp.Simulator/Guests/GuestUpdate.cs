using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Guests;

/// <summary>A change of a guest's options, checked and ready to be made.</summary>
internal sealed class GuestUpdate
{
    // What a running machine takes over at once; everything else waits for the next start.
    private static readonly string[] s_hotplug =
    [
        "net", "ide", "sata", "scsi", "virtio", "unused", "usb", "name", "description", "tags", "onboot", "startup", "protection",
        "hookscript", "migrate_downtime", "migrate_speed", "balloon", "shares", "cpulimit", "cpuunits", "agent", "lock", "mp",
    ];

    private readonly GuestContext _context;
    private readonly Dictionary<string, string> _set;
    private readonly IReadOnlyList<string> _delete;
    private readonly bool _skipLock;
    private readonly bool _destroysDisks;

    private GuestUpdate(ApiCall call, Guest guest, GuestContext context, Dictionary<string, string> set, IReadOnlyList<string> delete)
    {
        (Guest, _context, _set, _delete) = (guest, context, set, delete);
        (_skipLock, _destroysDisks) = (call.IsSet("skiplock"), call.IsSet("force"));
    }

    public Guest Guest { get; }

    /// <summary>Makes the checks that come before anything is changed.</summary>
    public static GuestUpdate Prepare(ApiCall call, PveState state, GuestContext context)
    {
        GuestPrivileges.DemandSkiplock(call);
        Dictionary<string, string> set = GuestOptions.Of(call);
        IReadOnlyList<string> delete = call.Items("delete");
        IReadOnlyList<string> revert = call.Items("revert");
        if (set.Count == 0 && delete.Count == 0 && revert.Count == 0)
        {
            throw ApiFault.Failed("no options specified");
        }

        Guest guest = state.GetGuest(call);
        RefuseImpossible(delete, set, context, guest);
        context.Privileges.DemandOptions(call.Caller, guest.VmId, set.Keys.Concat(delete.Where(static key => key != "lock")));
        set = GuestOptions.WithDrive(set, guest.IsContainer);
        delete = GuestOptions.Removed(delete, guest.IsContainer);
        RefuseLooseNumbers(set, context, guest);
        context.Configurator.DemandStorages(set, guest.IsContainer, guest.Node);
        context.Privileges.DemandStorages(call.Caller, GuestConfigurator.StoragesOf(set, guest.IsContainer));
        GuestContext.DemandFile(guest, state.Now);
        GuestContext.DemandDigest(call, guest);
        if (!call.IsSet("skiplock"))
        {
            GuestContext.DemandUnlocked(guest);
        }

        foreach (string key in revert)
        {
            guest.Pending.Remove(key);
        }

        return new GuestUpdate(call, guest, context, set, delete);
    }

    public void Execute(SimulatedTask? task)
    {
        if (!_skipLock)
        {
            GuestContext.DemandUnlocked(Guest);
        }

        DemandUnprotected();
        DemandBootDevices();
        Action<Guest, string> remove = _destroysDisks ? _context.Configurator.Destroy : _context.Configurator.Remove;
        foreach (string key in _delete)
        {
            if (!AppliesNow(key) && Guest.Config.ContainsKey(key))
            {
                Guest.Pending[key] = null;
                continue;
            }

            Guest.Pending.Remove(key);
            remove(Guest, key);
        }

        foreach ((string key, string value) in _set)
        {
            if (AppliesNow(key))
            {
                Guest.Pending.Remove(key);
                _context.Configurator.Apply(Guest, key, value, task);
            }
            else if (Guest.Config.GetValueOrDefault(key) == value)
            {
                Guest.Pending.Remove(key);
            }
            else
            {
                Guest.Pending[key] = value;
            }
        }
    }

    // Proxmox: protection guards the disks as well as the guest.
    private void DemandUnprotected()
    {
        if (Guest.Config.GetValueOrDefault("protection") != "1"
            || _delete.FirstOrDefault(key => DiskOptions.IsDisk(key, Guest.IsContainer) && Guest.Config.ContainsKey(key)) is not { } disk)
        {
            return;
        }

        string what = Guest.IsContainer ? $"{Guest.Label} drive '{disk}'"
            : disk.StartsWith("unused", StringComparison.Ordinal) ? $"unused disk '{Guest.Config[disk]}'"
            : $"drive '{disk}'";
        throw ApiFault.Failed($"can't remove {what} - protection mode enabled");
    }

    private void DemandBootDevices()
    {
        if (Guest.IsContainer || !_set.TryGetValue("boot", out string? boot) || DiskOptions.Get(boot, "order") is not { } order)
        {
            return;
        }

        foreach (string device in order.Split([';', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            bool exists = _set.ContainsKey(device) || Guest.Config.ContainsKey(device) || Guest.Pending.GetValueOrDefault(device) is not null;
            if (!exists || _delete.Contains(device))
            {
                // Proxmox: the quote at the end is the server's.
                throw ApiFault.Failed($"invalid bootorder: device '{device}' does not exist'");
            }
        }
    }

    private bool AppliesNow(string key) =>
        !Guest.IsRunning || Guest.IsContainer || s_hotplug.Contains(key.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'));

    private static void RefuseImpossible(IReadOnlyList<string> delete, Dictionary<string, string> set, GuestContext context, Guest guest)
    {
        foreach (string key in delete)
        {
            if (set.ContainsKey(key))
            {
                throw ApiFault.Parameter("delete", $"you can't use '-{key}' and -delete {key}' at the same time");
            }

            if (!context.Options.IsKnown(key, guest.IsContainer))
            {
                throw ApiFault.Parameter("delete", $"unknown option '{key}'");
            }
        }
    }

    // Proxmox: the schema lets these numbers pass, the configuration parser does not.
    private static void RefuseLooseNumbers(Dictionary<string, string> set, GuestContext context, Guest guest)
    {
        foreach ((string key, string value) in set)
        {
            string? type = context.Options.Value(key, "1", guest.IsContainer).GetValueKind() != System.Text.Json.JsonValueKind.Number ? null
                : value.StartsWith('+') ? "integer" : value.Contains('e', StringComparison.OrdinalIgnoreCase) ? "number" : null;
            if (type is not null)
            {
                throw ApiFault.Failed($"unable to parse value of '{key}' - type check ('{type}') failed - got '{value}'");
            }
        }
    }
}
