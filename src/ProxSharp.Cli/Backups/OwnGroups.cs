using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Ids;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Cli.Backups;

/// <summary>
/// Proxmox: who removes backups needs <c>Datastore.Modify</c>, and <c>Datastore.Prune</c> where the group is one's own. The server does not say what is missing,
/// so the smaller privilege is named to those for whom it is enough.
/// </summary>
internal static class OwnGroups
{
    private const string ForAll = "Datastore.Modify";
    private const string ForOwn = "Datastore.Prune";

    /// <summary>Awaits what removes snapshots of a group.</summary>
    /// <exception cref="CliException">The caller may not, and the smaller privilege is enough, or may be.</exception>
    public static async Task<T> ExplainedAsync<T>(BackupPlace place, BackupGroupPath group, Task<T> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work.ConfigureAwait(false);
        }
        catch (ProxmoxPermissionException refused) when (refused is { Privilege: ForAll, PrivilegePath: { } path })
        {
            CliError error = ErrorMapper.Map(refused);
            throw new CliException(
                await IsOwnAsync(place, group, cancellationToken).ConfigureAwait(false) switch
                {
                    true => error with { Privilege = ForOwn, Need = [$"{ForOwn} on {path}"], Hint = ErrorMapper.GiveRole(ForOwn, path) },
                    false => error,
                    null => error.Advise($"For a group of one's own {ForOwn} is enough"),
                },
                refused);
        }
    }

    /// <inheritdoc cref="ExplainedAsync{T}"/>
    public static Task ExplainedAsync(BackupPlace place, BackupGroupPath group, Task work, CancellationToken cancellationToken)
    {
        return ExplainedAsync(place, group, DoneAsync(), cancellationToken);

        async Task<bool> DoneAsync()
        {
            await work.ConfigureAwait(false);
            return true;
        }
    }

    // Null if the caller may not see whose it is.
    private static async Task<bool?> IsOwnAsync(BackupPlace place, BackupGroupPath group, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<BackupSnapshotInfo> all = await place.Folder.Groups[group].Snapshots.ListAsync(cancellationToken).ConfigureAwait(false);

            // Who sees only what is its own does not see it there.
            return all.Count == 0 ? false : all[0].Owner is { } owner ? IsOwn(place.Session.Context, owner) : null;
        }
        catch (ProxmoxPermissionException)
        {
            return null;
        }
    }

    // Proxmox: what belongs to a token is its user's own, too.
    private static bool IsOwn(ServerContext context, string owner) =>
        owner == (context.TokenId ?? context.User) || (context.TokenId is null && owner.StartsWith($"{context.User}!", StringComparison.Ordinal));
}
