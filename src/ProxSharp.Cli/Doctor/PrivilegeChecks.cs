using System.Runtime.CompilerServices;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;

namespace ProxSharp.Cli.Doctor;

/// <summary>What the user or token can do and cannot do on a cluster, with the command that lets it.</summary>
internal static class PrivilegeChecks
{
    // No role but Administrator holds what stands in place of a role here: a role of one's own gives no more than is needed.
    private static readonly Ability[] s_wanted =
    [
        new("see guests", "/vms", "VM.Audit", "PVEAuditor"),
        new("start and stop guests", "/vms", "VM.PowerMgmt", "PVEVMUser"),
        new("change guests", "/vms", "VM.Config.Options", "PVEVMAdmin"),
        new("make and destroy guests", "/vms", "VM.Allocate", "PVEVMAdmin"),
        new("clone guests", "/vms", "VM.Clone", "PVEVMAdmin"),
        new("move guests", "/vms", "VM.Migrate", "PVEVMAdmin"),
        new("take snapshots", "/vms", "VM.Snapshot", "PVEVMAdmin"),
        new("back guests up", "/vms", "VM.Backup", "PVEVMUser"),
        new("open consoles", "/vms", "VM.Console", "PVEVMUser"),
        new("use storages", "/storage", "Datastore.AllocateSpace", "PVEDatastoreUser"),
        new("see storages", "/storage", "Datastore.Audit", "PVEAuditor"),
        new("add and remove storages", "/storage", "Datastore.Allocate", "PVEDatastoreAdmin"),
        new("read the state of nodes", "/nodes", "Sys.Audit", "PVEAuditor"),
        new("change nodes: network, certificates, updates", "/nodes", "Sys.Modify", "Sys.Modify"),
        new("change the cluster: options, firewall, backup jobs", "/", "Sys.Modify", "Sys.Modify") { HasParts = false },
        new("change high availability", "/", "Sys.Console", "PVESysAdmin") { HasParts = false },
        new("manage users", "/access", "User.Modify", "PVEUserAdmin"),
        new("change permissions", "/", "Permissions.Modify", "Permissions.Modify"),
    ];

    /// <summary>Makes the checks.</summary>
    public static async IAsyncEnumerable<Finding> RunAsync(
        ServerSession session, ServerContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (bool? isSeparated, Finding? trouble) = context.TokenId is { } token
            ? await IsSeparatedAsync(session, token, cancellationToken).ConfigureAwait(false)
            : (null, null);
        if (trouble is { State: not FindingState.Info })
        {
            yield return trouble;
        }

        await foreach (Finding finding in AbilityChecks.RunAsync(session, context, s_wanted, isSeparated, cancellationToken).ConfigureAwait(false))
        {
            yield return finding;
        }
    }

    private static async Task<(bool? IsSeparated, Finding? Trouble)> IsSeparatedAsync(ServerSession session, string token, CancellationToken cancellationToken)
    {
        string[] names = token.Split('!');
        string path = $"/access/users/{Uri.EscapeDataString(names[0])}/token/{Uri.EscapeDataString(names[^1])}";
        (JsonElement facts, Finding? trouble) = await Checks.ReadAsync(session, "token", path, cancellationToken).ConfigureAwait(false);
        if (trouble is not null || facts.ValueKind != JsonValueKind.Object)
        {
            return (null, trouble);
        }

        // Proxmox: what is not written down is the default, and that is separated.
        return (!facts.TryGetProperty("privsep", out JsonElement flag) || flag.ToString() is not ("0" or "False" or "false"), null);
    }
}
