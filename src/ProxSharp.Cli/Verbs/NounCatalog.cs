using ProxSharp.Cli.Agents;
using ProxSharp.Cli.Backups;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Verbs.Derived;
using ProxSharp.Cli.Verbs.Nouns;

namespace ProxSharp.Cli.Verbs;

/// <summary>All nouns, in the order of help. A new noun is a file in <c>Nouns</c> and a line here.</summary>
internal static class NounCatalog
{
    private const ProxmoxProduct Pve = ProxmoxProduct.VirtualEnvironment;
    private const ProxmoxProduct Pbs = ProxmoxProduct.BackupServer;

    private const string Datastores = "Datastores of a backup server and what is on them.";
    private const string BackupServer = "All else of a backup server: node, access, jobs, remotes.";

    /// <summary>The nouns; each is built when it is needed.</summary>
    public static readonly IReadOnlyList<NounEntry> All =
    [
        new("vm", "Virtual machines.", static context => DerivedNouns.With(GuestNouns.Vm(context), context, Pve)),
        new("ct", "Containers.", static context => DerivedNouns.With(GuestNouns.Container(context), context, Pve)),
        new("guest", "Virtual machines and containers together.", GuestNouns.Any),
        Derived("node", "The nodes of the cluster.", Pve, static () => [ResourceLists.Nodes(), ChartVerb.OfNodes()]),
        Derived("storage", "Storages and what is on them.", Pve, static () => [ResourceLists.Storages(), ChartVerb.OfStorages()]),
        new("task", "Tasks: what servers do in the background.", TaskNoun.Build),
        Derived("pool", "Pools of guests and storages.", Pve, static () => [PoolNoun.Show()]),
        Derived("cluster", "The cluster: state, options, members, log.", Pve),
        Derived("access", "Users, groups, roles, tokens, realms and permissions.", Pve),
        Derived("ha", "High availability.", Pve),
        Derived("firewall", "The firewall of the cluster.", Pve),
        Derived("sdn", "Software-defined networks.", Pve),
        Derived("ceph", "Ceph.", Pve),
        Derived("backup-job", "Scheduled backups of guests.", Pve, static () => [BackupJobRun.Make()]),
        Derived("job", "Other scheduled jobs.", Pve),
        Derived("replication", "Replication of guests to other nodes.", Pve),
        Derived("mapping", "Names for devices and directories of all nodes.", Pve),
        Derived("metrics", "Servers that metrics are sent to.", Pve),
        Derived("notification", "Whom the cluster notifies, and of what.", Pve),
        Derived("acme", "Certificates by ACME.", Pve),
        new("backup", "Backups of files and disks on a Proxmox Backup Server: make, read, restore, compare, prune.", static _ => BackupNoun.Build()),
        // Charts come last: lists are what is looked for.
        new("datastore", Datastores, static context => DerivedNouns.With(new Noun("datastore", Datastores), context, Pbs).Add(ChartVerb.OfDatastores())),
        Derived("tape", "Tapes, drives and changers of a backup server.", Pbs),
        new("agent", "Let an AI agent in: its skill, its MCP server, its token.", static _ => AgentSetupNoun.Build()),
        new("plan", "Plans: changes that are looked at, approved and applied once.", static _ => PlanNoun.Build()),
        new("audit", "The ledger: what was intended and what came of it.", static _ => AuditNoun.Build()),
        new("retired", "Guests out of service: what was retired, and its purge.", static _ => RetiredNoun.Build()),
        new("policy", "The policy of a server: what may be planned there.", static _ => PolicyNoun.Build()),
        new("pbs", BackupServer, static context => WithNode(DerivedNouns.With(new Noun("pbs", BackupServer), context, Pbs))),
    ];

    private static Noun WithNode(Noun server)
    {
        server.Below("node", "The nodes.").Add(ChartVerb.OfBackupServer());
        return server;
    }

    private static NounEntry Derived(string name, string summary, ProxmoxProduct product) => Derived(name, summary, product, static () => []);

    private static NounEntry Derived(string name, string summary, ProxmoxProduct product, Func<IReadOnlyList<Verb>> own) =>
        new(name, summary, context => DerivedNouns.With(new Noun(name, summary).Add(own()), context, product));
}
