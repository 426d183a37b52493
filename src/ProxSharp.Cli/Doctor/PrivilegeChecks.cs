using System.Runtime.CompilerServices;
using ProxSharp.AccessControl;
using ProxSharp.Cli.Contexts;
using ProxSharp.Pve;

namespace ProxSharp.Cli.Doctor;

/// <summary>What the user or token can do and cannot do, with the command that lets it.</summary>
internal static class PrivilegeChecks
{
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
        ("read the state of nodes", "/nodes", "Sys.Audit", "PVEAuditor"),
        ("manage users", "/access", "User.Modify", "PVEUserAdmin"),
    ];

    /// <summary>Makes the checks.</summary>
    public static async IAsyncEnumerable<Finding> RunAsync(PveClient pve, ServerContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach ((string what, string path, string privilege, string role) in s_wanted)
        {
            PermissionVerdict verdict = await pve.Access.CanAsync(path, [privilege], cancellationToken).ConfigureAwait(false);
            if (verdict.IsAllowed)
            {
                yield return new Finding("can", FindingState.Ok, what);
                continue;
            }

            string owner = context.TokenId is { } token ? $"--tokens '{token}'" : $"--users {context.User}";
            yield return new Finding(
                "cannot",
                FindingState.Info,
                verdict.TokenLimit == TokenLimit.None ? $"{what}: {privilege} on {path} is missing" : $"{what}: {verdict.Explanation}",
                $"pveum acl modify {path} --roles {role} {owner}");
        }
    }
}
