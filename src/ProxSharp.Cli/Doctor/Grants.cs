using ProxSharp.AccessControl;
using ProxSharp.Cli.Agents;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;

namespace ProxSharp.Cli.Doctor;

/// <summary>The commands that give a user or token a role on a path, and take nothing away.</summary>
/// <param name="session">The server.</param>
/// <param name="context">Who logs in.</param>
internal sealed class Grants(ServerSession session, ServerContext context)
{
    private const string Root = "root@pam";

    private Dictionary<string, string[]>? _known;

    private bool IsBackup => session.Pve is null;

    /// <summary>Returns the commands.</summary>
    /// <param name="path">Where.</param>
    /// <param name="role">The role; a privilege for a role of its own.</param>
    /// <param name="limit">What limits the token.</param>
    /// <param name="isSeparated">Whether the privileges of the token are separated; null if that is not known, or it is no token.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string> AsCommandAsync(string path, string role, TokenLimit limit, bool? isSeparated, CancellationToken cancellationToken)
    {
        _known ??= await KeptRoles.ReadRolesAsync(session, cancellationToken).ConfigureAwait(false);
        bool isOwn = role.Contains('.', StringComparison.Ordinal);
        string name = isOwn ? $"Prox{role.Replace(".", "", StringComparison.Ordinal)}" : role;
        List<string> roles = isOwn ? [$"pveum role add {name} --privs {role}"] : [];
        List<string> entries = [];
        List<string> unsure = [];
        foreach (string who in Whom(context, limit, isSeparated))
        {
            // Proxmox: what a token without privilege separation has is what its user has.
            string? other = context.TokenId is null || who == context.TokenId || isSeparated == false ? null : who;
            HashSet<string>? has = await KeptRoles.HeldAsync(session, path, other, cancellationToken).ConfigureAwait(false);
            KeptRoles kept = KeptRoles.Of(_known, has ?? [], [name]);
            if (has is null || (IsBackup && kept.Rest.Count > 0))
            {
                unsure.Add(who);
            }

            entries.AddRange(Entries(path, who, [name, .. kept.Names, .. Rest(path, who, kept, roles)]));
        }

        // The roles may be there from another of these commands: the grant is made in any case.
        string line = string.Join("; ", [.. roles, string.Join(" && ", entries)]);
        return unsure.Count == 0 ? line : $"{line} # add the roles that {string.Join(", ", unsure)} has there: an entry replaces what comes from further up";
    }

    /// <summary>Returns who needs an entry.</summary>
    internal static string[] Whom(ServerContext context, TokenLimit limit, bool? isSeparated)
    {
        if (context.TokenId is not { } token)
        {
            return [context.User!];
        }

        string user = token.Split('!')[0];
        return limit == TokenLimit.Separated ? [token]

            // Proxmox: entries for a token without privilege separation count for nothing; it has what its user has.
            : isSeparated == false ? [user]

            // Proxmox: root@pam may do everything without an entry.
            : user == Root ? [token] : [user, token];
    }

    // What a token and its user have in common need not be what roles give. Backup servers have no roles of one's own.
    private IEnumerable<string> Rest(string path, string who, KeptRoles kept, List<string> roles)
    {
        if (kept.Rest.Count == 0 || IsBackup)
        {
            return [];
        }

        string name = $"ProxKept{path}/{who}".Replace('/', '-').Replace('@', '-').Replace('!', '-');
        roles.Add($"pveum role add {name} --privs {string.Join(',', kept.Rest)}");
        return [name];
    }

    private IEnumerable<string> Entries(string path, string who, IEnumerable<string> roles)
    {
        bool isToken = who.Contains('!', StringComparison.Ordinal);
        string quoted = isToken ? $"'{who}'" : who;
        return IsBackup
            ? roles.Select(role => $"proxmox-backup-manager acl update {path} {role} --auth-id {quoted}")
            : [$"pveum acl modify {path} --roles {string.Join(',', roles)} {(isToken ? "--tokens" : "--users")} {quoted}"];
    }
}
