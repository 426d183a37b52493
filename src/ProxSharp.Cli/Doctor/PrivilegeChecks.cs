using System.Runtime.CompilerServices;
using System.Text.Json;
using ProxSharp.AccessControl;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;

namespace ProxSharp.Cli.Doctor;

/// <summary>What the user or token can do and cannot do on a cluster, with the command that lets it.</summary>
internal static class PrivilegeChecks
{
    /// <summary>No role but Administrator holds these: a role of one's own gives no more than is needed.</summary>
    private const string OwnRole = "";

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
        ("change nodes: network, certificates, updates", "/nodes", "Sys.Modify", OwnRole),
        ("change the cluster: options, firewall, backup jobs", "/", "Sys.Modify", OwnRole),
        ("change high availability", "/", "Sys.Console", "PVESysAdmin"),
        ("manage users", "/access", "User.Modify", "PVEUserAdmin"),
        ("change permissions", "/", "Permissions.Modify", OwnRole),
    ];

    /// <summary>Makes the checks.</summary>
    public static async IAsyncEnumerable<Finding> RunAsync(
        ServerSession session, ServerContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Pve.PveClient pve = session.Pve!;
        bool? isSeparated = context.TokenId is { } token ? await IsSeparatedAsync(session, token, cancellationToken).ConfigureAwait(false) : null;
        foreach ((string what, string path, string privilege, string role) in s_wanted)
        {
            PermissionVerdict verdict = await pve.Access.CanAsync(path, [privilege], cancellationToken).ConfigureAwait(false);
            yield return verdict.IsAllowed
                ? new Finding("can", FindingState.Ok, what)
                : new Finding(
                    "cannot",
                    FindingState.Info,
                    $"{what}: {Reason(verdict, path, privilege)}",
                    Mend(context, verdict.TokenLimit, isSeparated, path, privilege, role));
        }
    }

    /// <summary>Says what is missing.</summary>
    public static string Reason(PermissionVerdict verdict, string path, string privilege) =>
        verdict.TokenLimit == TokenLimit.None ? $"{privilege} on {path} is missing" : verdict.Explanation;

    /// <summary>Returns the commands that let a user or token do something.</summary>
    /// <param name="context">The server, and who logs in.</param>
    /// <param name="limit">What limits the token.</param>
    /// <param name="isSeparated">Whether the privileges of the token are separated; null if that is not known, or it is no token.</param>
    /// <param name="path">Where.</param>
    /// <param name="privilege">What is missing.</param>
    /// <param name="role">The role that gives it; empty for one of its own.</param>
    internal static string Mend(ServerContext context, TokenLimit limit, bool? isSeparated, string path, string privilege, string role)
    {
        string name = role.Length > 0 ? role : $"Prox{privilege.Replace(".", "", StringComparison.Ordinal)}";
        string user = $"pveum acl modify {path} --roles {name} --users {context.TokenId?.Split('!')[0] ?? context.User}";
        string token = $"pveum acl modify {path} --roles {name} --tokens '{context.TokenId}'";
        string[] grants = (context.TokenId, limit, isSeparated) switch
        {
            (null, _, _) => [user],
            (_, TokenLimit.Separated, _) => [token],

            // Proxmox: entries for a token without privilege separation count for nothing; it has what its user has.
            (_, _, false) => [user],
            _ => [user, token],
        };
        string grant = string.Join(" && ", grants);

        // The role may be there from another of these commands: the grant is made in any case.
        return role.Length > 0 ? grant : $"pveum role add {name} --privs {privilege}; {grant}";
    }

    private static async Task<bool?> IsSeparatedAsync(ServerSession session, string token, CancellationToken cancellationToken)
    {
        string[] names = token.Split('!');
        string path = $"/access/users/{Uri.EscapeDataString(names[0])}/token/{Uri.EscapeDataString(names[^1])}";
        (JsonElement facts, Finding? trouble) = await Checks.ReadAsync(session, "token", path, cancellationToken).ConfigureAwait(false);
        if (trouble is not null || facts.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        // Proxmox: what is not written down is the default, and that is separated.
        return !facts.TryGetProperty("privsep", out JsonElement flag) || flag.ToString() is not ("0" or "False" or "false");
    }
}
