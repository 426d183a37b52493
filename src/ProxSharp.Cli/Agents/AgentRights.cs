using System.Text.Json;
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
            HashSet<string> has;
            try
            {
                has = Read((await session.GetAsync(
                    "/access/permissions",
                    new() { { grant.IsBackup ? "auth-id" : "userid", grant.User }, { "path", entry.Path } },
                    cancellationToken).ConfigureAwait(false)).Data, entry.Path);
            }
            catch (ProxmoxPermissionException)
            {
                return null;
            }

            string[] lacks = [.. grant.PrivilegesOf(entry.Roles).Where(privilege => !has.Contains(privilege)).Order(StringComparer.Ordinal)];
            if (lacks.Length > 0)
            {
                missing.Add(new AgentRights(entry.Path, lacks, Commands(grant, entry)));
            }
        }

        return missing;
    }

    /// <summary>The privileges on a path that an answer of <c>GET /access/permissions</c> names.</summary>
    public static HashSet<string> Read(JsonElement answer, string path) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(path, out JsonElement names) && names.ValueKind == JsonValueKind.Object
            ? names.EnumerateObject().Select(static privilege => privilege.Name).ToHashSet(StringComparer.Ordinal)
            : [];

    private static string[] Commands(AgentGrant grant, AgentEntry entry) => grant.IsBackup
        ? [.. entry.Roles.Select(role => PrintedCommands.Of("api", "set", "/access/acl", $"path={entry.Path}", $"role={role}", $"auth-id={grant.User}"))]
        : [PrintedCommands.Of("api", "set", "/access/acl", $"path={entry.Path}", $"roles={string.Join(',', entry.Roles)}", $"users={grant.User}")];
}
