using System.Globalization;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Shapes;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Guests;

/// <summary>What all handlers of guests share.</summary>
internal sealed class GuestContext(PveState state, ShapeValues shapes)
{
    public GuestFigures Figures { get; } = new(state);

    public GuestConfigurator Configurator { get; } = new(state);

    public GuestOptions Options { get; } = new(state.Schema, shapes);

    public GuestPrivileges Privileges { get; } = new(state);

    public static string PathOf(int vmid) => string.Create(CultureInfo.InvariantCulture, $"/vms/{vmid}");

    /// <summary>A task about a guest, started by the caller.</summary>
    public static TaskRequest Task(ApiCall call, string type, Guest guest) => Task(call, type, guest.VmId, guest.Node);

    public static TaskRequest Task(ApiCall call, string type, int vmid, string node) =>
        new(node, type, vmid.ToString(CultureInfo.InvariantCulture), call.Caller.AuthId);

    /// <summary>Fails if the configuration is locked.</summary>
    public static void DemandUnlocked(Guest guest)
    {
        if (guest.Lock is { } held)
        {
            throw ApiFault.Failed($"{(guest.IsContainer ? "CT" : "VM")} is locked ({held})");
        }
    }

    /// <summary>Fails if a task holds the lock of the configuration file for longer than anybody waits for it.</summary>
    public static void DemandFile(Guest guest, DateTimeOffset now)
    {
        TimeSpan patience = TimeSpan.FromSeconds(10);
        if (guest.BusyUntil > now + patience)
        {
            string file = guest.IsContainer ? $"/run/lock/lxc/pve-config-{guest.VmId}.lock" : $"/var/lock/qemu-server/lock-{guest.VmId}.conf";
            throw new ApiFault(500, $"can't lock file '{file}' - got timeout") { Delay = patience };
        }
    }

    public static void DemandDigest(ApiCall call, Guest guest)
    {
        if (call.Text("digest") is { } digest && digest != guest.Digest)
        {
            throw ApiFault.Failed("checksum mismatch (file change by other user?)");
        }
    }
}
