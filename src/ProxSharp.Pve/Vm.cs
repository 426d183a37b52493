using ProxSharp.Ids;
using ProxSharp.Pve.Agents;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve;

/// <summary>A virtual machine.</summary>
/// <example>
/// <code>
/// Vm vm = pve.Vms[100];
/// await vm.Snapshots.CreateAsync("before-upgrade").WaitForCompletionAsync();
/// await vm.Config.UpdateAsync(c => c with { Cores = 4 });
/// await vm.RebootAsync().WaitForCompletionAsync();
/// </code>
/// </example>
public sealed partial class Vm : Guest
{
    internal Vm(PveClient client, VmId id, string? node)
        : base(client, id, node)
    {
    }

    /// <inheritdoc/>
    public override GuestType Type => GuestType.Qemu;

    /// <summary>The configuration.</summary>
    public VmConfigEditor Config => new(this);

    /// <summary>The guest agent, which works inside the machine.</summary>
    public GuestAgent Agent => new(this);

    /// <inheritdoc/>
    public override VmSnapshots Snapshots => new(this);

    internal NodesQemuApi Api => Client.Api.Nodes.Qemu;
}
