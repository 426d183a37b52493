using System.Globalization;
using ProxSharp.Api;
using ProxSharp.Schema;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Faults;

/// <summary>Applies the faults that are about one guest: a held lock file, a guest agent that does not run.</summary>
internal sealed class GuestFaults(PveState state, FaultInjector faults)
{
    private const string Machines = "/nodes/{node}/qemu/{vmid}/";
    private const string Containers = "/nodes/{node}/lxc/{vmid}/";

    private static readonly TimeSpan s_agentPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(10);
    private static readonly string[] s_lockingCalls = ["config", "unlink", "template", "cloudinit"];

    /// <summary>Fails a call that meets a fault at once.</summary>
    /// <exception cref="ApiFault">It does.</exception>
    public void Demand(ApiCall call)
    {
        string template = call.Endpoint.Path;
        bool isMachine = template.StartsWith(Machines, StringComparison.Ordinal);
        if ((!isMachine && !template.StartsWith(Containers, StringComparison.Ordinal)) || call.Integer("vmid") is not { } number)
        {
            return;
        }

        int vmid = (int)number;

        // The list of the agent's commands needs no agent.
        bool isIndex = call.Endpoint.Method == ApiMethod.Get && template == Machines + "agent";
        bool asksAgent = isMachine && !isIndex && template.StartsWith(Machines + "agent", StringComparison.Ordinal);
        if (asksAgent && faults.IsAgentStopped(vmid))
        {
            throw new ApiFault(500, "QEMU guest agent is not running") { Delay = s_agentPatience };
        }

        bool locks = call.Endpoint.Method != ApiMethod.Get && call.Endpoint.Task == ApiTaskKind.None && s_lockingCalls.Contains(template[(template.LastIndexOf('/') + 1)..]);
        if (locks && faults.IsLocked(vmid))
        {
            throw new ApiFault(500, LockText(vmid)) { Delay = s_lockPatience };
        }
    }

    /// <summary>What a task about a guest fails with because its lock file is held; null if it does not.</summary>
    public string? TaskFailure(TaskRequest request)
    {
        bool locks = request.Type is "resize" or "move_volume" || (request.Type.StartsWith("qm", StringComparison.Ordinal) || (request.Type.StartsWith("vz", StringComparison.Ordinal) && request.Type != "vzdump"));
        return locks && int.TryParse(request.Id, NumberStyles.None, CultureInfo.InvariantCulture, out int vmid) && faults.IsLocked(vmid) ? LockText(vmid) : null;
    }

    private string LockText(int vmid)
    {
        string file = state.Guests.GetValueOrDefault(vmid) is { IsContainer: true }
            ? string.Create(CultureInfo.InvariantCulture, $"/run/lock/lxc/pve-config-{vmid}.lock")
            : string.Create(CultureInfo.InvariantCulture, $"/var/lock/qemu-server/lock-{vmid}.conf");
        return $"can't lock file '{file}' - got timeout";
    }
}
