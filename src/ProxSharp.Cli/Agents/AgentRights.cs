using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;

namespace ProxSharp.Cli.Agents;

/// <summary>What a user that was there before lacks for the role of its token: a token never has more than its user.</summary>
/// <param name="Path">Where.</param>
/// <param name="Privileges">What is missing there.</param>
/// <param name="Lines">The commands that would give it.</param>
internal sealed record AgentRights(string Path, IReadOnlyList<string> Privileges, IReadOnlyList<string> Lines)
{
    /// <summary>Finds out what is missing; null if the caller may not read what the user has.</summary>
    public static async Task<IReadOnlyList<AgentRights>?> MissingAsync(ServerSession session, AgentGrant grant, CancellationToken cancellationToken)
    {
        List<AgentRights> missing = [];
        foreach (AgentEntry entry in grant.Entries)
        {
            if (await KeptRoles.HeldAsync(session, entry.Path, grant.User, cancellationToken).ConfigureAwait(false) is not { } has)
            {
                return null;
            }

            string[] lacks = [.. grant.PrivilegesOf(entry.Roles).Where(privilege => !has.Contains(privilege)).Order(StringComparer.Ordinal)];
            if (lacks.Length > 0)
            {
                missing.Add(new AgentRights(entry.Path, lacks, Commands(grant, entry, has)));
            }
        }

        return missing;
    }

    // An entry replaces what the user has there from further up or by groups: the roles that give it go into the entry too.
    private static string[] Commands(AgentGrant grant, AgentEntry entry, HashSet<string> has)
    {
        KeptRoles kept = KeptRoles.Of(grant.KnownRoles, has, entry.Roles);
        string[] roles = [.. entry.Roles, .. kept.Names];
        return grant.IsBackup
            ? [.. roles.Select(role => PrintedCommands.Of("api", "set", "/access/acl", $"path={entry.Path}", $"role={role}", $"auth-id={grant.User}"))]
            : [PrintedCommands.Of("api", "set", "/access/acl", $"path={entry.Path}", $"roles={string.Join(',', roles)}", $"users={grant.User}")];
    }
}
