using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;

namespace ProxSharp.Cli.Doctor;

/// <summary>What the user or token can do and cannot do on a backup server, with the command that lets it.</summary>
internal static class BackupPrivilegeChecks
{
    private const string Stores = "/datastore";

    private static readonly Ability[] s_wanted =
    [
        new("see backups", Stores, "Datastore.Audit", "DatastoreAudit") { OfOwner = "Datastore.Backup" },
        new("read and restore backups", Stores, "Datastore.Read", "DatastoreReader") { OfOwner = "Datastore.Backup" },
        new("make backups", Stores, "Datastore.Backup", "DatastoreBackup"),
        new("prune backups", Stores, "Datastore.Prune", "DatastorePowerUser"),
        new("verify backups", Stores, "Datastore.Verify", "DatastorePowerUser") { OfOwner = "Datastore.Backup" },
        new("change datastores, collect garbage", Stores, "Datastore.Modify", "DatastoreAdmin"),
        new("see remotes", "/remote", "Remote.Audit", "RemoteAudit"),
        new("see tapes", "/tape", "Tape.Audit", "TapeAudit"),
        new("read the state of the server", "/system", "Sys.Audit", "Audit"),
        new("change the server", "/system", "Sys.Modify", "Admin"),
        new("manage users and permissions", "/access", "Permissions.Modify", "Admin"),
    ];

    /// <summary>Makes the checks. Proxmox: the privileges of tokens are always separated on backup servers.</summary>
    public static IAsyncEnumerable<Finding> RunAsync(ServerSession session, ServerContext context, CancellationToken cancellationToken) =>
        AbilityChecks.RunAsync(session, context, s_wanted, isSeparated: true, cancellationToken);
}
