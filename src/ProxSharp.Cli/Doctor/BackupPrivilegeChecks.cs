using System.Runtime.CompilerServices;
using System.Text.Json;
using ProxSharp.AccessControl;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;

namespace ProxSharp.Cli.Doctor;

/// <summary>What the user or token can do and cannot do on a backup server, with the command that lets it.</summary>
internal static class BackupPrivilegeChecks
{
    private const string Stores = "/datastore";

    private static readonly (string What, string Path, string Privilege, string Role)[] s_wanted =
    [
        ("see backups", Stores, "Datastore.Audit", "DatastoreAudit"),
        ("read and restore backups", Stores, "Datastore.Read", "DatastoreReader"),
        ("make backups", Stores, "Datastore.Backup", "DatastoreBackup"),
        ("prune backups", Stores, "Datastore.Prune", "DatastorePowerUser"),
        ("verify backups", Stores, "Datastore.Verify", "DatastorePowerUser"),
        ("change datastores, collect garbage", Stores, "Datastore.Modify", "DatastoreAdmin"),
        ("see remotes", "/remote", "Remote.Audit", "RemoteAudit"),
        ("see tapes", "/tape", "Tape.Audit", "TapeAudit"),
        ("read the state of the server", "/system", "Sys.Audit", "Audit"),
        ("change the server", "/system", "Sys.Modify", "Admin"),
        ("manage users and permissions", "/access", "Permissions.Modify", "Admin"),
    ];

    /// <summary>Makes the checks.</summary>
    public static async IAsyncEnumerable<Finding> RunAsync(
        ServerSession session, ServerContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] stores = await StoresAsync(session, cancellationToken).ConfigureAwait(false);
        Grants grants = new(session, context);
        foreach ((string what, string path, string privilege, string role) in s_wanted)
        {
            PermissionVerdict verdict = await session.Pbs!.Access.CanAsync(path, [privilege], cancellationToken).ConfigureAwait(false);
            List<string> some = [];
            foreach (string store in verdict.IsAllowed || path != Stores ? [] : stores)
            {
                PermissionVerdict there = await session.Pbs.Access.CanAsync($"{Stores}/{store}", [privilege], cancellationToken).ConfigureAwait(false);
                if (there.IsAllowed)
                {
                    some.Add(store);
                }
            }

            yield return verdict.IsAllowed ? new Finding("can", FindingState.Ok, what)
                : some.Count > 0 ? new Finding("can", FindingState.Ok, $"{what} on {string.Join(", ", some)}")
                : new Finding(
                    "cannot",
                    FindingState.Info,
                    $"{what}: {PrivilegeChecks.Reason(verdict, path, privilege)}",
                    await grants.AsCommandAsync(path, role, verdict.TokenLimit, true, cancellationToken).ConfigureAwait(false));
        }
    }

    private static async Task<string[]> StoresAsync(ServerSession session, CancellationToken cancellationToken)
    {
        (JsonElement list, Finding? trouble) = await Checks.ReadListAsync(session, "datastore", "/admin/datastore", cancellationToken).ConfigureAwait(false);
        return trouble is null && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(static item => item.GetProperty("store").ToString()).Order(StringComparer.Ordinal)]
            : [];
    }
}
