using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Operations;
using ProxSharp.Operations.Text;

namespace ProxSharp.Mcp.Tools;

/// <summary>Who may do what.</summary>
internal sealed class AccessTool(AgentSites sites)
{
    // What a path of rights begins with, by product.
    private static readonly string[] s_clusterKinds = ["access", "mapping", "nodes", "pool", "sdn", "storage", "vms"];
    private static readonly string[] s_backupKinds = ["access", "datastore", "remote", "system", "tape"];

    private static readonly string[] s_columns = ["who", "type", "role", "path", "propagate", "enabled", "via", "members"];

    public IEnumerable<GuardTool> All()
    {
        yield return new GuardTool(
            "access_list",
            "Who may do what: grants of users, groups and API tokens; those that hold at a path, give a privilege, or are of one user.",
            $$"""
            "path":{"type":"string","description":"for example /vms/100"},"privilege":{"type":"string","description":"for example VM.PowerMgmt"},
            "user":{"type":"string","description":"user or token: all its privileges by path"},{{Rows.Arguments}}
            """,
            [],
            ToolHints.Reads,
            RunAsync);
    }

    private async Task<ToolAnswer> RunAsync(ToolCall call, CancellationToken cancellationToken)
    {
        AgentSite site = sites.For(call);
        Reading reading = new(site, cancellationToken);
        string? path = PathOf(call);
        bool isKnown = path is null || await CheckPathAsync(site, path, cancellationToken).ConfigureAwait(false);

        string? privilege = call.Text("privilege") is { Length: > 0 } wanted ? wanted : null;
        IReadOnlyList<JsonElement> roles = privilege is null ? [] : await reading.ListAsync("/access/roles").ConfigureAwait(false);
        if (roles.Count > 0)
        {
            privilege = Known(site, roles, privilege!);
        }

        ToolAnswer answer = call.Text("user") is { Length: > 0 } user
            ? await OfUserAsync(site, reading, call, user, privilege, cancellationToken).ConfigureAwait(false)
            : await GrantsAsync(site, reading, call, privilege is null ? null : RolesWith(roles, privilege), cancellationToken).ConfigureAwait(false);
        return reading.Complete(sites.Told(
            isKnown ? answer : Rows.WithNote(answer, $"whether there is anything at {path} was not looked up: rights from above hold there in any case"), call, site));
    }

    private static async Task<ToolAnswer> OfUserAsync(
        AgentSite site, Reading reading, ToolCall call, string user, string? privilege, CancellationToken cancellationToken)
    {
        if (!user.Contains('@', StringComparison.Ordinal))
        {
            string named = UntrustedText.Clean(user, 60);
            throw new ToolException("usage", $"'{named}' is no user: write it with its realm, such as {named}@pam or {named}@{(site.IsBackup ? "pbs" : "pve")}.");
        }

        ApiParameters parameters = new() { { site.IsBackup ? "auth-id" : "userid", user }, { "path", PathOf(call) } };
        JsonElement permissions = await site.GetAsync("/access/permissions", parameters, cancellationToken).ConfigureAwait(false);
        (string Path, string Privileges)[] all = permissions.ValueKind != JsonValueKind.Object ? [] :
        [
            .. permissions.EnumerateObject()
                .Where(static path => path.Value.ValueKind == JsonValueKind.Object)
                .Select(static path => (path.Name, Privileges: Names(path.Value)))
                .Where(static entry => entry.Privileges.Length > 0),
        ];
        IReadOnlyList<JsonElement> users = await UsersAsync(site, reading).ConfigureAwait(false);
        if (all.Length == 0 && reading.IsWhole)
        {
            CheckUser(site, users, user);
        }

        IEnumerable<JsonObject> rows = all
            .Where(entry => privilege is null || entry.Privileges.Split(',').Contains(privilege))
            .GroupBy(static entry => entry.Privileges, static entry => entry.Path)
            .Select(static group => Values.Row(("paths", string.Join(' ', group.Order(StringComparer.Ordinal))), ("privileges", group.Key)));
        ToolAnswer answer = Rows.Page(call, [.. rows], ["paths", "privileges"]);
        AccessGrants grants = await GrantsOf(site, [], users, [], cancellationToken).ConfigureAwait(false);
        return grants.State(user) is "no" or "expired"
            ? Rows.WithNote(answer, $"{user} cannot log in: {(grants.State(user) == "no" ? "disabled" : "expired")}")
            : answer;
    }

    private static async Task<ToolAnswer> GrantsAsync(
        AgentSite site, Reading reading, ToolCall call, HashSet<string>? roles, CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonElement> acl = await site.ListAsync("/access/acl", null, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<JsonElement> users = await UsersAsync(site, reading).ConfigureAwait(false);
        IReadOnlyList<JsonElement> groups = site.IsBackup ? [] : await reading.ListAsync("/access/groups").ConfigureAwait(false);
        string[] places = PathOf(call) is { } path ? [path, .. await PoolsOfAsync(site, reading, path, cancellationToken).ConfigureAwait(false)] : [];
        AccessGrants grants = await GrantsOf(site, acl, users, groups, cancellationToken).ConfigureAwait(false);
        IEnumerable<JsonObject> rows = grants.Find(places, roles)
            .Select(grants.Row)
            .OrderBy(static row => row["path"]?.ToString(), StringComparer.Ordinal).ThenBy(static row => row["who"]?.ToString(), StringComparer.Ordinal);
        ToolAnswer answer = Rows.Page(call, [.. rows], s_columns);
        return grants.IsPart
            ? Rows.WithNote(answer, "not all users are to be seen by this API token: tokens with the rights of their user may be missing")
            : answer;
    }

    private static Task<IReadOnlyList<JsonElement>> UsersAsync(AgentSite site, Reading reading) =>
        reading.ListAsync("/access/users", new ApiParameters { { site.IsBackup ? "include_tokens" : "full", true } });

    private static async Task<AccessGrants> GrantsOf(
        AgentSite site, IReadOnlyList<JsonElement> acl, IReadOnlyList<JsonElement> users, IReadOnlyList<JsonElement> groups, CancellationToken cancellationToken)
    {
        OperationGuard guard = await site.OpenAsync(cancellationToken).ConfigureAwait(false);
        return new AccessGrants(acl, users, groups, site.IsBackup, guard.Client.Options.TimeProvider.GetUtcNow());
    }

    // Proxmox: what is given on a pool holds on the guests and storages in it as well, beside what is given on their own paths.
    private static async Task<IReadOnlyList<string>> PoolsOfAsync(AgentSite site, Reading reading, string path, CancellationToken cancellationToken)
    {
        if (site.IsBackup || path.Split('/') is not ["", { } kind, { Length: > 0 } name])
        {
            return [];
        }

        if (kind == "vms")
        {
            IReadOnlyList<JsonElement> guests = await site.ResourcesAsync("vm", cancellationToken).ConfigureAwait(false);
            return [.. guests.Where(guest => guest.Text("vmid") == name).Select(static guest => guest.Text("pool")).OfType<string>().Select(static pool => $"/pool/{pool}")];
        }

        List<string> pools = [];
        foreach (string pool in kind == "storage"
            ? (await reading.ListAsync("/pools").ConfigureAwait(false)).Select(static entry => entry.Text("poolid")).OfType<string>()
            : [])
        {
            IReadOnlyList<JsonElement> found = await reading.ListAsync("/pools", new ApiParameters { { "poolid", pool }, { "type", "storage" } }).ConfigureAwait(false);
            if (found.SelectMany(static entry => entry.TryGetProperty("members", out JsonElement members) ? members.EnumerateArray().ToArray() : [])
                .Any(member => member.Text("storage") == name))
            {
                pools.Add($"/pool/{pool}");
            }
        }

        return pools;
    }

    private static HashSet<string> RolesWith(IReadOnlyList<JsonElement> roles, string privilege) =>
        [.. roles.Where(role => PrivilegesOf(role).Contains(privilege)).Select(static role => role.Text("roleid")).OfType<string>()];

    // The privilege as the server spells it. There is always a role that gives all of them.
    private static string Known(AgentSite site, IReadOnlyList<JsonElement> roles, string privilege)
    {
        string[] all = [.. roles.SelectMany(PrivilegesOf).Distinct().Order(StringComparer.Ordinal)];
        if (all.FirstOrDefault(name => name.Equals(privilege, StringComparison.OrdinalIgnoreCase)) is { } known)
        {
            return known;
        }

        string family = privilege.Split('.')[0] + ".";
        string[] near = [.. all.Where(name => name.StartsWith(family, StringComparison.OrdinalIgnoreCase))];
        throw new ToolException(
            "not-found", $"{site.Name} has no privilege '{privilege}'. There are: {string.Join(", ", near.Length > 0 ? near : all)}.");
    }

    // Who has no rights is told from who is not there.
    private static void CheckUser(AgentSite site, IReadOnlyList<JsonElement> users, string user)
    {
        string[] names = [.. users.SelectMany(static entry => AccessGrants.TokensOf(entry).Prepend(entry.Text("userid") ?? "")).Order(StringComparer.Ordinal)];
        if (!names.Contains(user))
        {
            throw new ToolException(
                "not-found",
                $"No user or token '{user}' is to be seen in {site.Name}. There are: {string.Join(", ", names.Take(20))}{(names.Length > 20 ? ", ..." : "")}.");
        }
    }

    // Proxmox: servers take one slash for several, and none at the end. Nothing of a path leads up.
    private static string? PathOf(ToolCall call)
    {
        if (call.Text("path") is not { Length: > 0 } path)
        {
            return null;
        }

        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Any(static part => part is "." or "..")
            ? throw new ToolException("usage", $"'{path}' is no path of rights: it has '.' or '..' in it. Write the path itself, for example /vms/100.")
            : (path[0] == '/' ? "/" : "") + string.Join('/', parts);
    }

    // Rights can be given on what is not there yet, but who asks for these made a slip. True if what the path names is known to be there.
    private static async Task<bool> CheckPathAsync(AgentSite site, string path, CancellationToken cancellationToken)
    {
        if (path[0] != '/')
        {
            throw new ToolException("usage", $"A path begins with a slash, for example /vms/100; '{path}' does not.");
        }

        string[] parts = path.Split('/');
        string[] kinds = site.IsBackup ? s_backupKinds : s_clusterKinds;
        if (path != "/" && !kinds.Contains(parts[1]))
        {
            throw new ToolException("not-found", $"The path {path} names nothing in {site.Name}. Paths of rights begin with /{string.Join(", /", kinds)}.");
        }

        // The beginnings themselves are always there.
        if (parts.Length < 3)
        {
            return true;
        }

        if (site.IsBackup || parts.Length != 3 || parts[1] is not ("vms" or "storage" or "nodes") || parts[2].Length == 0)
        {
            return false;
        }

        (string type, string member, string tool) = parts[1] switch
        {
            "vms" => ("vm", "vmid", "guest_list"),
            "storage" => ("storage", "storage", "storage_list"),
            _ => ("node", "node", "overview"),
        };
        IReadOnlyList<JsonElement> all = await site.ResourcesAsync(type, cancellationToken).ConfigureAwait(false);
        return all.Any(entry => entry.Text(member) == parts[2])
            ? true
            : throw new ToolException("not-found", $"Nothing of the path {path} is to be seen in {site.Name}. See what there is with {tool}.");
    }

    private static string Names(JsonElement members) =>
        string.Join(',', members.EnumerateObject().Select(static member => member.Name).Order(StringComparer.Ordinal));

    // Proxmox: one product writes a text with commas, the other a list.
    private static IEnumerable<string> PrivilegesOf(JsonElement role) => role.TryGetProperty("privs", out JsonElement privileges) switch
    {
        true when privileges.ValueKind == JsonValueKind.Array => privileges.EnumerateArray().Select(static name => name.ToString()),
        true => privileges.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        _ => [],
    };
}
