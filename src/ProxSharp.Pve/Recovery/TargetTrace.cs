using ProxSharp.Ids;

namespace ProxSharp.Pve.Recovery;

/// <summary>What a lost call that starts a task was to make, where the task's own id does not tell: a clone has a number, a snapshot a name. Pure.</summary>
/// <param name="NewGuest">The number of the guest that a clone makes; null for other calls.</param>
/// <param name="SnapshotPath">The path of the snapshot that is made; null for other calls.</param>
internal sealed record TargetTrace(VmId? NewGuest, string? SnapshotPath)
{
    /// <summary>Finds the target of a call; null if its task's id says all.</summary>
    public static TargetTrace? Of(ProxmoxOutcomeUnknownException lost)
    {
        string? Value(string name) => lost.Parameters.FirstOrDefault(parameter => parameter.Name == name).Text;
        return lost.Operation.ToString() switch
        {
            "POST /nodes/{node}/qemu/{vmid}/clone" or "POST /nodes/{node}/lxc/{vmid}/clone" when VmId.TryParse(Value("newid"), out VmId id) => new TargetTrace(id, null),
            "POST /nodes/{node}/qemu/{vmid}/snapshot" or "POST /nodes/{node}/lxc/{vmid}/snapshot" when Value("snapname") is { } name
                => new TargetTrace(null, $"{lost.Path}/{Uri.EscapeDataString(name)}/config"),
            _ => null,
        };
    }
}
