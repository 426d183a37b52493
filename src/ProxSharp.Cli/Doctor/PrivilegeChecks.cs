using System.Runtime.CompilerServices;
using System.Text.Json;
using ProxSharp.AccessControl;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;

namespace ProxSharp.Cli.Doctor;

/// <summary>What the user or token can do and cannot do on a cluster, with the command that lets it.</summary>
internal static class PrivilegeChecks
{
    // No role but Administrator holds what stands in place of a role here: a role of one's own gives no more than is needed.
    private static readonly (string What, string Path, string Privilege, string Role)[] s_wanted =
    [
        ("see guests", "/vms", "VM.Audit", "PVEAuditor"),
        ("start and stop guests", "/vms", "VM.PowerMgmt", "PVEVMUser"),
        ("change guests", "/vms", "VM.Config.Options", "PVEVMAdmin"),
        ("make and destroy guests", "/vms", "VM.Allocate", "PVEVMAdmin"),
        ("clone guests", "/vms", "VM.Clone", "PVEVMAdmin"),
        ("move guests", "/vms", "VM.Migrate", "PVEVMAdmin"),
        ("take snapshots", "/vms", "VM.Snapshot", "PVEVMAdmin"),
        ("back guests up", "/vms", "VM.Backup", "PVEVMUser"),
        ("open consoles", "/vms", "VM.Console", "PVEVMUser"),
        ("use storages", "/storage", "Datastore.AllocateSpace", "PVEDatastoreUser"),
        ("see storages", "/storage", "Datastore.Audit", "PVEAuditor"),
        ("add and remove storages", "/storage", "Datastore.Allocate", "PVEDatastoreAdmin"),
        ("read the state of nodes", "/nodes", "Sys.Audit", "PVEAuditor"),
        ("change nodes: network, certificates, updates", "/nodes", "Sys.Modify", "Sys.Modify"),
        ("change the cluster: options, firewall, backup jobs", "/", "Sys.Modify", "Sys.Modify"),
        ("change high availability", "/", "Sys.Console", "PVESysAdmin"),
        ("manage users", "/access", "User.Modify", "PVEUserAdmin"),
        ("change permissions", "/", "Permissions.Modify", "Permissions.Modify"),
    ];

    /// <summary>Makes the checks.</summary>
    public static async IAsyncEnumerable<Finding> RunAsync(
        ServerSession session, ServerContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Pve.PveClient pve = session.Pve!;
        (bool? isSeparated, Finding? trouble) = context.TokenId is { } token
            ? await IsSeparatedAsync(session, token, cancellationToken).ConfigureAwait(false)
            : (null, null);
        if (trouble is { State: not FindingState.Info })
        {
            yield return trouble;
        }

        Grants grants = new(session, context);
        foreach ((string what, string path, string privilege, string role) in s_wanted)
        {
            PermissionVerdict verdict = await pve.Access.CanAsync(path, [privilege], cancellationToken).ConfigureAwait(false);
            if (verdict.IsAllowed)
            {
                yield return new Finding("can", FindingState.Ok, what);
                continue;
            }

            string mend = await grants.AsCommandAsync(path, role, verdict.TokenLimit, isSeparated, cancellationToken).ConfigureAwait(false);
            yield return new Finding("cannot", FindingState.Info, $"{what}: {Reason(verdict, path, privilege)}", mend);
        }
    }

    /// <summary>Says what is missing.</summary>
    public static string Reason(PermissionVerdict verdict, string path, string privilege) =>
        verdict.TokenLimit == TokenLimit.None ? $"{privilege} on {path} is missing" : verdict.Explanation;

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
