using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Mcp.Sites;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Tools;

/// <summary>Who may do what.</summary>
internal sealed class AccessTool(AgentSites sites)
{
    private static readonly string[] s_columns = ["who", "type", "role", "path", "propagate", "enabled", "members"];

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

    private Task<ToolAnswer> RunAsync(ToolCall call, CancellationToken cancellationToken)
    {
        AgentSite site = sites.For(call);
        return call.Text("user") is { Length: > 0 } user ? OfUserAsync(site, call, user, cancellationToken) : GrantsAsync(site, call, cancellationToken);
    }

    private static async Task<ToolAnswer> OfUserAsync(AgentSite site, ToolCall call, string user, CancellationToken cancellationToken)
    {
        ApiParameters parameters = new() { { site.IsBackup ? "auth-id" : "userid", user }, { "path", call.Text("path") } };
        JsonElement permissions = await site.GetAsync("/access/permissions", parameters, cancellationToken).ConfigureAwait(false);
        IEnumerable<JsonObject> rows = permissions.ValueKind != JsonValueKind.Object ? [] : permissions.EnumerateObject()
            .Where(static path => path.Value.ValueKind == JsonValueKind.Object)
            .Select(static path => (path.Name, Privileges: Names(path.Value)))
            .Where(entry => entry.Privileges.Length > 0 && (call.Text("privilege") is not { } wanted || entry.Privileges.Split(',').Contains(wanted)))
            .GroupBy(static entry => entry.Privileges, static entry => entry.Name)
            .Select(static group => Values.Row(("paths", string.Join(' ', group.Order(StringComparer.Ordinal))), ("privileges", group.Key)));
        return Rows.Page(call, [.. rows], ["paths", "privileges"]);
    }

    private static async Task<ToolAnswer> GrantsAsync(AgentSite site, ToolCall call, CancellationToken cancellationToken)
    {
        Reading reading = new(site, cancellationToken);
        IReadOnlyList<JsonElement> acl = await site.ListAsync("/access/acl", null, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<JsonElement> users = await reading.ListAsync("/access/users").ConfigureAwait(false);
        IReadOnlyList<JsonElement> groups = site.IsBackup ? [] : await reading.ListAsync("/access/groups").ConfigureAwait(false);
        HashSet<string>? roles = call.Text("privilege") is { Length: > 0 } privilege ? await RolesAsync(reading, privilege).ConfigureAwait(false) : null;
        string? path = call.Text("path");
        IEnumerable<JsonObject> rows = acl
            .Where(grant => (path is null || Holds(grant, path)) && (roles is null || roles.Contains(grant.Text("roleid") ?? "")))
            .Select(grant => Row(grant, users, groups))
            .OrderBy(static row => row["path"]?.ToString(), StringComparer.Ordinal).ThenBy(static row => row["who"]?.ToString(), StringComparer.Ordinal);
        return reading.Complete(Rows.Page(call, [.. rows], s_columns));
    }

    private static async Task<HashSet<string>> RolesAsync(Reading reading, string privilege)
    {
        IReadOnlyList<JsonElement> all = await reading.ListAsync("/access/roles").ConfigureAwait(false);
        IEnumerable<JsonElement> fitting = all.Where(role => PrivilegesOf(role).Contains(privilege, StringComparer.OrdinalIgnoreCase));
        return [.. fitting.Select(static role => role.Text("roleid")).OfType<string>()];
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

    // A grant holds at its path and, if it propagates, below. A nearer grant to the same one takes its place on the server; both are shown.
    private static bool Holds(JsonElement grant, string path)
    {
        string at = grant.Text("path") ?? "";
        return at == path || (grant.Text("propagate") is not ("0" or "False" or "false") && (at == "/" || path.StartsWith(at + "/", StringComparison.Ordinal)));
    }

    private static JsonObject Row(JsonElement grant, IReadOnlyList<JsonElement> users, IReadOnlyList<JsonElement> groups)
    {
        string who = grant.Text("ugid") ?? "";
        string owner = who.Split('!')[0];
        JsonElement user = users.FirstOrDefault(entry => entry.Text("userid") == owner);
        JsonElement group = grant.Text("type") == "group" ? groups.FirstOrDefault(entry => entry.Text("groupid") == who) : default;
        return Values.Row(
            ("who", who),
            ("type", grant.Word("type")),
            ("role", grant.Word("roleid")),
            ("path", grant.Word("path")),
            ("propagate", grant.Text("propagate") is "0" or "False" ? "no" : "yes"),
            ("enabled", user.ValueKind != JsonValueKind.Object ? null : user.Text("enable") is "0" or "False" ? "no" : "yes"),
            ("members", group.Word("users")));
    }
}
