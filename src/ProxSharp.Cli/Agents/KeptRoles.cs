using System.Text.Json;
using ProxSharp.Cli.Calls;

namespace ProxSharp.Cli.Agents;

/// <summary>
/// What has to stand beside a new role in an entry of the access control list. Proxmox: an entry replaces what comes from further up or by groups, and the
/// roles of one entry add up.
/// </summary>
/// <param name="Names">The roles that give what is there now, and no more.</param>
/// <param name="Rest">Privileges that are there now and that no set of roles gives alone.</param>
internal sealed record KeptRoles(IReadOnlyList<string> Names, IReadOnlyList<string> Rest)
{
    /// <summary>Finds the fewest roles that keep what somebody has.</summary>
    /// <param name="known">The roles of the server with their privileges.</param>
    /// <param name="has">The privileges that are there now.</param>
    /// <param name="added">The roles that are given.</param>
    public static KeptRoles Of(IReadOnlyDictionary<string, string[]> known, HashSet<string> has, IEnumerable<string> added)
    {
        HashSet<string> rest = [.. has];
        foreach (string role in added)
        {
            rest.ExceptWith(known.GetValueOrDefault(role) ?? []);
        }

        List<string> names = [];
        foreach (string role in known.Keys.Where(name => has.IsSupersetOf(known[name])).OrderByDescending(name => known[name].Length).ThenBy(
            static name => name, StringComparer.Ordinal))
        {
            if (rest.Overlaps(known[role]))
            {
                names.Add(role);
                rest.ExceptWith(known[role]);
            }
        }

        return new KeptRoles(names, [.. rest.Order(StringComparer.Ordinal)]);
    }

    /// <summary>Reads the roles of a server with their privileges.</summary>
    public static async Task<Dictionary<string, string[]>> ReadRolesAsync(ServerSession session, CancellationToken cancellationToken)
    {
        Dictionary<string, string[]> roles = new(StringComparer.Ordinal);
        JsonElement existing = (await session.GetAsync("/access/roles", null, cancellationToken).ConfigureAwait(false)).Data;
        foreach (JsonElement entry in existing.EnumerateArray())
        {
            if (entry.TryGetProperty("roleid", out JsonElement name) && entry.TryGetProperty("privs", out JsonElement privileges))
            {
                roles[name.ToString()] = privileges.ValueKind == JsonValueKind.Array
                    ? [.. privileges.EnumerateArray().Select(static privilege => privilege.ToString())]
                    : privileges.ToString().Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
            }
        }

        return roles;
    }

    /// <summary>Reads what somebody has on a path; null if the caller may not know.</summary>
    /// <param name="session">The caller.</param>
    /// <param name="path">The path.</param>
    /// <param name="user">Who; null for the caller.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<HashSet<string>?> HeldAsync(ServerSession session, string path, string? user, CancellationToken cancellationToken)
    {
        Api.ApiParameters parameters = new() { { "path", path } };
        if (user is not null)
        {
            parameters.Add(session.Pve is null ? "auth-id" : "userid", user);
        }

        try
        {
            return Read((await session.GetAsync("/access/permissions", parameters, cancellationToken).ConfigureAwait(false)).Data, path);
        }
        catch (ProxmoxPermissionException)
        {
            return null;
        }
    }

    /// <summary>The privileges on a path that an answer of <c>GET /access/permissions</c> names.</summary>
    public static HashSet<string> Read(JsonElement answer, string path) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(path, out JsonElement names) ? PrivilegesIn(names) : [];

    /// <summary>The privileges that such an answer names for one path.</summary>
    public static HashSet<string> PrivilegesIn(JsonElement names) => names.ValueKind == JsonValueKind.Object
        ? names.EnumerateObject().Select(static privilege => privilege.Name).ToHashSet(StringComparer.Ordinal)
        : [];
}
