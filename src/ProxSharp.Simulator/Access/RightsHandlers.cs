using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Access;

/// <summary>Groups, roles, the access control list and effective permissions of Proxmox VE.</summary>
internal sealed class RightsHandlers(PveState state)
{
    private AccessDirectory Directory => state.Directory;

    public void Register(HandlerTable table)
    {
        table.Get("/access/groups", ListGroups);
        table.Post("/access/groups", CreateGroup);
        table.Get("/access/groups/{groupid}", GetGroup);
        table.Put("/access/groups/{groupid}", UpdateGroup);
        table.Delete("/access/groups/{groupid}", DeleteGroup);
        table.Get("/access/roles", ListRoles);
        table.Post("/access/roles", CreateRole);
        table.Get("/access/roles/{roleid}", GetRole);
        table.Put("/access/roles/{roleid}", UpdateRole);
        table.Delete("/access/roles/{roleid}", DeleteRole);
        table.Get("/access/acl", ListAcl);
        table.Put("/access/acl", UpdateAcl);
        table.Get("/access/permissions", Permissions);
    }

    private static JsonObject Privileges(IEnumerable<string> privileges)
    {
        JsonObject data = [];
        foreach (string privilege in privileges)
        {
            data[privilege] = 1;
        }

        return data;
    }

    private static void Comment(JsonObject entry, string? comment)
    {
        if (comment is not null)
        {
            entry["comment"] = comment;
        }
    }

    private ApiReply ListGroups(ApiCall call)
    {
        JsonArray list = [];
        foreach ((string group, string? comment) in Directory.Groups.Where(group => state.Permissions.HasAny(call.Caller, $"/access/groups/{group.Key}", "User.Modify", "Sys.Audit", "Group.Allocate")))
        {
            JsonObject entry = new() { ["groupid"] = group, ["users"] = string.Join(',', Directory.MembersOf(group)) };
            Comment(entry, comment);
            list.Add((JsonNode)entry);
        }

        return ApiReply.Of(list);
    }

    private ApiReply CreateGroup(ApiCall call)
    {
        string id = call.Required("groupid");
        return Directory.Groups.TryAdd(id, call.Text("comment")) ? ApiReply.Nothing : throw ApiFault.Failed($"create group failed: group '{id}' already exists");
    }

    private ApiReply GetGroup(ApiCall call)
    {
        string id = DemandGroup(call, "");
        JsonObject data = new() { ["members"] = new JsonArray([.. Directory.MembersOf(id).Select(static user => (JsonNode)JsonValue.Create(user))]) };
        Comment(data, Directory.Groups[id]);
        return ApiReply.Of(data);
    }

    private ApiReply UpdateGroup(ApiCall call)
    {
        Directory.Groups[DemandGroup(call, "update group failed: ")] = call.Text("comment");
        return ApiReply.Nothing;
    }

    private ApiReply DeleteGroup(ApiCall call)
    {
        string id = DemandGroup(call, "delete group failed: ");
        Directory.Groups.Remove(id);
        Directory.Acl.RemoveAll(entry => entry.Kind == "group" && entry.Id == id);
        foreach (AccessUser user in Directory.Users.Values)
        {
            user.Groups.Remove(id);
        }

        return ApiReply.Nothing;
    }

    private string DemandGroup(ApiCall call, string prefix)
    {
        string id = call.PathValues["groupid"];
        return Directory.Groups.ContainsKey(id) ? id : throw ApiFault.Failed($"{prefix}group '{id}' does not exist");
    }

    private ApiReply ListRoles(ApiCall call)
    {
        JsonArray list = [];
        foreach ((string role, SortedSet<string> privileges) in Directory.Roles)
        {
            list.Add((JsonNode)new JsonObject { ["roleid"] = role, ["privs"] = string.Join(',', privileges), ["special"] = Directory.IsBuiltinRole(role) ? 1 : 0 });
        }

        return ApiReply.Of(list);
    }

    private SortedSet<string> RequestedPrivileges(ApiCall call)
    {
        SortedSet<string> privileges = new(call.Items("privs"), StringComparer.Ordinal);
        return privileges.FirstOrDefault(privilege => !Directory.AllPrivileges.Contains(privilege)) is { } unknown
            ? throw ApiFault.Parameter("privs", $"invalid format - invalid privilege '{unknown}'\n")
            : privileges;
    }

    private ApiReply CreateRole(ApiCall call)
    {
        string id = call.Required("roleid");
        SortedSet<string> privileges = RequestedPrivileges(call);
        return Directory.Roles.TryAdd(id, privileges) ? ApiReply.Nothing : throw ApiFault.Failed($"create role failed: role '{id}' already exists");
    }

    private ApiReply GetRole(ApiCall call) => ApiReply.Of(Privileges(Directory.Roles[DemandRole(call, "")]));

    private ApiReply UpdateRole(ApiCall call)
    {
        string id = DemandRole(call, "update role failed: ");
        if (Directory.IsBuiltinRole(id))
        {
            throw ApiFault.Failed($"auto-generated role '{id}' cannot be modified");
        }

        SortedSet<string> privileges = RequestedPrivileges(call);
        if (call.IsSet("append"))
        {
            privileges.UnionWith(Directory.Roles[id]);
        }

        Directory.Roles[id] = privileges;
        return ApiReply.Nothing;
    }

    private ApiReply DeleteRole(ApiCall call)
    {
        string id = DemandRole(call, "delete role failed: ");
        if (Directory.IsBuiltinRole(id))
        {
            throw ApiFault.Failed($"auto-generated role '{id}' cannot be deleted");
        }

        Directory.Roles.Remove(id);
        Directory.Acl.RemoveAll(entry => entry.Role == id);
        return ApiReply.Nothing;
    }

    private string DemandRole(ApiCall call, string prefix)
    {
        string id = call.PathValues["roleid"];
        return Directory.Roles.ContainsKey(id) ? id : throw ApiFault.Failed($"{prefix}role '{id}' does not exist");
    }

    private ApiReply ListAcl(ApiCall call)
    {
        JsonArray list = [];
        foreach (AclEntry entry in Directory.Acl.Where(entry => state.Permissions.HasAny(call.Caller, "/access", "Sys.Audit", "Permissions.Modify")
            || state.Permissions.Has(call.Caller, entry.Path, "Permissions.Modify")))
        {
            list.Add((JsonNode)new JsonObject
            {
                ["path"] = entry.Path,
                ["type"] = entry.Kind,
                ["ugid"] = entry.Id,
                ["roleid"] = entry.Role,
                ["propagate"] = entry.Propagate ? 1 : 0,
            });
        }

        return ApiReply.Of(list);
    }

    private ApiReply UpdateAcl(ApiCall call)
    {
        string path = "/" + string.Join('/', call.Required("path").Split('/', StringSplitOptions.RemoveEmptyEntries));
        if (!PathPattern.IsMatch(path))
        {
            throw ApiFault.Parameter("path", $"invalid ACL path '{path}'");
        }

        List<(string Kind, string Id)> subjects =
        [
            .. call.Items("users").Select(static id => ("user", id)), .. call.Items("groups").Select(static id => ("group", id)), .. call.Items("tokens").Select(static id => ("token", id)),
        ];
        if (subjects.Count == 0)
        {
            const string Text = "either 'users', 'groups' or 'tokens' is required.";
            throw ApiFault.Parameters(new Dictionary<string, string>(StringComparer.Ordinal) { ["users"] = Text, ["groups"] = Text, ["tokens"] = Text });
        }

        foreach (string role in call.Items("roles"))
        {
            if (!Directory.Roles.ContainsKey(role))
            {
                throw ApiFault.Failed($"ACL update failed: role '{role}' does not exist");
            }

            foreach ((string kind, string id) in subjects)
            {
                Apply(new AclEntry(path, kind, id, role, call.Flag("propagate") ?? true), call.IsSet("delete"));
            }
        }

        return ApiReply.Nothing;
    }

    private void Apply(AclEntry entry, bool delete)
    {
        if (delete)
        {
            Directory.Revoke(entry);
            return;
        }

        bool exists = entry.Kind switch
        {
            "user" => Directory.Users.ContainsKey(entry.Id),
            "group" => Directory.Groups.ContainsKey(entry.Id),
            _ => entry.Id.Split('!') is [string user, string token] && Directory.Users.GetValueOrDefault(user)?.Tokens.ContainsKey(token) == true,
        };
        if (!exists)
        {
            throw ApiFault.Failed($"ACL update failed: {entry.Kind} '{entry.Id}' does not exist");
        }

        Directory.Grant(entry);
    }

    private ApiReply Permissions(ApiCall call)
    {
        Principal subject = call.Caller;
        if (call.Text("userid") is { } id && id != call.Caller.AuthId)
        {
            if (!state.Permissions.Has(call.Caller, "/access", "Sys.Audit"))
            {
                throw ApiFault.Forbidden("/access, Sys.Audit");
            }

            string[] parts = id.Split('!');
            subject = new Principal(parts[0], parts.Length > 1 ? parts[1] : null);
        }

        JsonObject data = [];
        foreach (string one in call.Text("path") is { } path ? [path] : KnownPaths())
        {
            IReadOnlySet<string> privileges = state.Permissions.PrivilegesAt(subject, one);
            if (privileges.Count > 0 || call.Has("path"))
            {
                IReadOnlySet<string> propagated = state.Permissions.PropagatedAt(subject, one.TrimEnd('/'));
                JsonObject shown = [];
                foreach (string privilege in privileges)
                {
                    // Proxmox: the number says whether the privilege holds below the path too.
                    shown[privilege] = propagated.Contains(privilege) ? 1 : 0;
                }

                data[one] = shown;
            }
        }

        return ApiReply.Of(data);
    }

    // Proxmox: entries may stand on these paths only, whether or not the object exists.
    private static Regex PathPattern => field ??= new(
        """
        \A(?:/|/access(?:/(?:groups|realm)(?:/[\w.-]+)?)?|/nodes(?:/[\w.-]+)?|/pool(?:/[\w.-]+){0,3}|/sdn(?:/(?:controllers|dns|fabrics|ipams)(?:/[\w.-]+)?|/zones(?:/[\w.-]+(?:/[\w.-]+(?:/[1-9][0-9]{0,3})?)?)?)?|/storage(?:/[\w.-]+)?|/vms(?:/[1-9][0-9]{2,})?|/mapping(?:/(?:dir|pci|usb)(?:/[\w.-]+)?)?)\z
        """);

    /// <summary>The paths that are always shown, those with entries, and what is in pools.</summary>
    private SortedSet<string> KnownPaths()
    {
        SortedSet<string> paths = new(["/", "/access", "/access/groups", "/nodes", "/pool", "/sdn", "/storage", "/vms"], StringComparer.Ordinal);
        foreach (AclEntry entry in Directory.Acl)
        {
            for (int slash = entry.Path.IndexOf('/', 1); slash > 0; slash = entry.Path.IndexOf('/', slash + 1))
            {
                paths.Add(entry.Path[..slash]);
            }

            paths.Add(entry.Path);
        }

        paths.UnionWith(state.Guests.Values.Where(static guest => guest.Pool is not null).Select(static guest => Guests.GuestContext.PathOf(guest.VmId)));
        paths.UnionWith(state.Pools.Values.SelectMany(static pool => pool.Storages).Select(static storage => $"/storage/{storage}"));
        return paths;
    }
}
