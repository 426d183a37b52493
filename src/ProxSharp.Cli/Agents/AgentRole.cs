namespace ProxSharp.Cli.Agents;

/// <summary>What an agent's token may do.</summary>
/// <param name="Name">The word on the command line.</param>
/// <param name="PveRole">The role that is made in Proxmox VE.</param>
/// <param name="PvePrivileges">Its privileges.</param>
/// <param name="PbsRole">The role of Proxmox Backup Server, which has no roles of one's own.</param>
internal sealed record AgentRole(string Name, string PveRole, IReadOnlyList<string> PvePrivileges, string PbsRole)
{
    /// <summary>Reads everything but what is inside guests and backups, and changes nothing.</summary>
    public static readonly AgentRole Reader = new(
        "reader", "ProxAgentReader", ["Datastore.Audit", "Mapping.Audit", "Pool.Audit", "SDN.Audit", "Sys.Audit", "VM.Audit", "VM.GuestAgent.Audit"], "Audit");

    /// <summary>
    /// Starts, stops, moves, resizes, snapshots and backs up guests. It cannot make or destroy one, open a console, run programs inside, set the password
    /// or keys of its root (cloud-init), or change rights.
    /// </summary>
    /// <remarks>On a backup server it makes backups and reads its own; it removes none: pruning is nobody's but a person's. Storages and networks are objects of their own: AllocateSpace counts on them only, and so does SDN.Use.</remarks>
    public static readonly AgentRole Operator = new(
        "operator",
        "ProxAgentOperator",
        [
            "Datastore.AllocateSpace", "SDN.Use", "VM.Backup", "VM.Config.CDROM", "VM.Config.CPU", "VM.Config.Disk", "VM.Config.Memory",
            "VM.Config.Network", "VM.Config.Options", "VM.Migrate", "VM.PowerMgmt", "VM.Snapshot", "VM.Snapshot.Rollback",
        ],
        "DatastoreBackup");
}
