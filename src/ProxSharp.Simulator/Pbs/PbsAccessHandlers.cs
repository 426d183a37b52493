using System.Text.Json.Nodes;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Users, API tokens, roles and the access control list of a backup server.</summary>
internal sealed class PbsAccessHandlers(PbsState state)
{
    private static readonly string[] s_details = ["comment", "email", "firstname", "lastname"];

    private AccessDirectory Directory => state.Directory;

    public void Register(HandlerTable table)
    {
        table.Get("/access/users", ListUsers);
        table.Post("/access/users", CreateUser);
        table.Get("/access/users/{userid}", call => Digested(Describe(Demand(call))));
        table.Put("/access/users/{userid}", UpdateUser);
        table.Delete("/access/users/{userid}", DeleteUser);
        table.Put("/access/password", ChangePassword);
        table.Get("/access/users/{userid}/token", call => Digested(Tokens(Demand(call))));
        table.Get("/access/users/{userid}/token/{token-name}", call => Digested(Describe(Demand(call), Token(call))));
        table.Post("/access/users/{userid}/token/{token-name}", CreateToken);
        table.Put("/access/users/{userid}/token/{token-name}", UpdateToken);
        table.Delete("/access/users/{userid}/token/{token-name}", DeleteToken);
        table.Get("/access/roles", ListRoles);
        table.Get("/access/acl", ListAcl);
        table.Put("/access/acl", UpdateAcl);
        table.Get("/access/permissions", Permissions);
    }

    private static ApiReply Digested(JsonNode data) => new()
    {
        Data = data,
        Siblings = new JsonObject { ["digest"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(PveFormat.Serialize(data))) },
    };

    private static JsonObject Describe(AccessUser user)
    {
        JsonObject data = new() { ["userid"] = user.UserId };
        AddSettings(data, user.EnableSetting, user.ExpireSetting);
        foreach ((string name, string value) in user.Details)
        {
            data[name] = value;
        }

        return data;
    }

    private static JsonObject Describe(AccessUser user, AccessToken token)
    {
        JsonObject data = new() { ["tokenid"] = $"{user.UserId}!{token.Name}", ["token-name"] = token.Name };
        AddSettings(data, token.EnableSetting, token.ExpireSetting);
        if (token.Comment is { } comment)
        {
            data["comment"] = comment;
        }

        return data;
    }

    // Proxmox: what was never set is left out, even where there is a default.
    private static void AddSettings(JsonObject data, bool? enable, long? expire)
    {
        if (enable is { } isEnabled)
        {
            data["enable"] = isEnabled;
        }

        if (expire is { } end)
        {
            data["expire"] = end;
        }
    }

    private static JsonArray Tokens(AccessUser user) => new([.. user.Tokens.Values.Select(token => (JsonNode)Describe(user, token))]);

    private ApiReply ListUsers(ApiCall call)
    {
        bool seesAll = state.Permissions.Has(call.Caller, "/access/users", "Sys.Audit");
        JsonArray list = [];
        foreach (AccessUser user in Directory.Users.Values.Where(user => seesAll || user.UserId == call.Caller.UserId))
        {
            JsonObject entry = Describe(user);
            if (call.IsSet("include_tokens"))
            {
                entry["tokens"] = Tokens(user);
            }

            list.Add((JsonNode)entry);
        }

        return Digested(list);
    }

    private ApiReply CreateUser(ApiCall call)
    {
        string id = call.Required("userid");
        if (Directory.Users.ContainsKey(id))
        {
            throw new ApiFault(400, $"user '{id}' already exists.");
        }

        AccessUser user = new(id) { Password = call.Text("password") };
        Change(user, call);
        Directory.Users.Add(id, user);
        return ApiReply.Nothing;
    }

    private static void Change(AccessUser user, ApiCall call)
    {
        user.EnableSetting = call.Flag("enable") ?? user.EnableSetting;
        user.ExpireSetting = call.Integer("expire") ?? user.ExpireSetting;
        user.Password = call.Text("password") ?? user.Password;
        foreach (string name in s_details)
        {
            if (call.Text(name) is { } value)
            {
                user.Details[name] = value;
            }
        }

        foreach (string name in call.Values("delete"))
        {
            user.Details.Remove(name);
        }
    }

    private ApiReply UpdateUser(ApiCall call)
    {
        Change(Demand(call), call);
        return ApiReply.Nothing;
    }

    private ApiReply DeleteUser(ApiCall call)
    {
        Directory.RemoveUser(Demand(call).UserId);
        return ApiReply.Nothing;
    }

    private ApiReply ChangePassword(ApiCall call)
    {
        string id = call.Required("userid");
        if (id != call.Caller.UserId && !call.Caller.IsRoot && !state.Permissions.Has(call.Caller, "/", "Permissions.Modify"))
        {
            throw new ApiFault(403, "you are not authorized to change the password.");
        }

        if (!call.Caller.IsRoot && !LoginHandlers.KnowsPassword(Directory.Users[call.Caller.UserId], call.Text("confirmation-password") ?? throw new ApiFault(401, "missing password")))
        {
            throw new ApiFault(401, "invalid credentials");
        }

        AccessUser user = Directory.Users.GetValueOrDefault(id) ?? throw new ApiFault(400, $"no such user '{id}'");
        user.Password = call.Required("password");
        return ApiReply.Nothing;
    }

    private ApiReply CreateToken(ApiCall call)
    {
        AccessUser user = Demand(call);
        string name = call.PathValues["token-name"];
        AccessToken token = new(name, Guid.NewGuid().ToString()) { Comment = call.Text("comment"), EnableSetting = call.Flag("enable"), ExpireSetting = call.Integer("expire") };
        return user.Tokens.TryAdd(name, token)
            ? ApiReply.Of(new JsonObject { ["tokenid"] = $"{user.UserId}!{name}", ["value"] = token.Secret })
            : throw new ApiFault(400, $"token '{name}' for user '{user.UserId}' already exists.");
    }

    private ApiReply UpdateToken(ApiCall call)
    {
        AccessToken token = Token(call);
        token.Comment = call.Values("delete").Contains("comment") ? null : call.Text("comment") ?? token.Comment;
        token.EnableSetting = call.Flag("enable") ?? token.EnableSetting;
        token.ExpireSetting = call.Integer("expire") ?? token.ExpireSetting;
        if (!call.IsSet("regenerate"))
        {
            return ApiReply.Of(new JsonObject());
        }

        token.Secret = Guid.NewGuid().ToString();
        return ApiReply.Of(new JsonObject { ["secret"] = token.Secret });
    }

    private ApiReply DeleteToken(ApiCall call)
    {
        AccessToken token = Token(call);
        string full = $"{call.PathValues["userid"]}!{token.Name}";
        Demand(call).Tokens.Remove(token.Name);
        Directory.Acl.RemoveAll(entry => entry.Id == full);
        return ApiReply.Nothing;
    }

    private AccessToken Token(ApiCall call) => Demand(call).Tokens.GetValueOrDefault(call.PathValues["token-name"])
        ?? throw new ApiFault(400, $"no such token '{call.PathValues["userid"]}!{call.PathValues["token-name"]}'");

    private AccessUser Demand(ApiCall call) => Directory.Users.GetValueOrDefault(call.PathValues["userid"]) ?? throw new ApiFault(400, $"no such user '{call.PathValues["userid"]}'");

    private ApiReply ListRoles(ApiCall call)
    {
        JsonArray list = [];
        foreach ((string role, SortedSet<string> privileges) in Directory.Roles)
        {
            list.Add((JsonNode)new JsonObject { ["roleid"] = role, ["privs"] = new JsonArray([.. privileges.Select(static privilege => (JsonNode)JsonValue.Create(privilege))]) });
        }

        return ApiReply.Of(list);
    }

    private ApiReply ListAcl(ApiCall call)
    {
        string? path = call.Text("path");
        JsonArray list = [];
        foreach (AclEntry entry in Directory.Acl.Where(entry => (path is null || entry.Path == path || (!call.IsSet("exact") && entry.Path.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal)))
            && (state.Permissions.Has(call.Caller, "/access/acl", "Sys.Audit") || IsTokenOf(entry, call.Caller.UserId))))
        {
            list.Add((JsonNode)new JsonObject { ["path"] = entry.Path, ["propagate"] = entry.Propagate, ["roleid"] = entry.Role, ["ugid"] = entry.Id, ["ugid_type"] = "user" });
        }

        return Digested(list);
    }

    // Proxmox: who may not audit sees what the tokens of the user have, and nothing of users, not even of the own one.
    private static bool IsTokenOf(AclEntry entry, string user) => entry.Id.StartsWith($"{user}!", StringComparison.Ordinal);

    private ApiReply UpdateAcl(ApiCall call)
    {
        string path = call.Required("path");
        if (!state.Permissions.Has(call.Caller, "/access/acl", "Permissions.Modify"))
        {
            throw new ApiFault(403, "permission check failed");
        }

        string id = call.Text("auth-id") ?? throw new ApiFault(400, "missing 'userid' or 'group' parameter.");
        AclEntry entry = new(path, id.Contains('!', StringComparison.Ordinal) ? "token" : "user", id, call.Required("role"), call.Flag("propagate") ?? true);
        if (call.IsSet("delete"))
        {
            Directory.Revoke(entry);
            return ApiReply.Nothing;
        }

        string[] parts = id.Split('!');
        if (!Directory.Users.TryGetValue(parts[0], out AccessUser? user) || (parts.Length > 1 && !user.Tokens.ContainsKey(parts[1])))
        {
            throw new ApiFault(400, $"no such {(parts.Length > 1 ? "API token" : "user")}.");
        }

        Directory.Grant(entry);
        return ApiReply.Nothing;
    }

    private ApiReply Permissions(ApiCall call)
    {
        Principal subject = call.Caller;
        if (call.Text("auth-id") is { } id && id != call.Caller.AuthId)
        {
            string[] parts = id.Split('!');
            if (parts[0] != call.Caller.UserId && !state.Permissions.Has(call.Caller, "/access", "Sys.Audit"))
            {
                throw new ApiFault(403, "not allowed to list permissions of " + id);
            }

            subject = new Principal(parts[0], parts.Length > 1 ? parts[1] : null);
        }

        string[] paths = call.Text("path") is { } path ? [path] : ["/", "/access", "/datastore", "/remote", "/system", .. state.IsModern ? ["/tape"] : Array.Empty<string>(), .. Directory.Acl.Select(static entry => entry.Path)];
        JsonObject data = [];
        foreach (string one in paths.Distinct().Order(StringComparer.Ordinal))
        {
            JsonObject privileges = [];
            foreach (string privilege in state.Permissions.PrivilegesAt(subject, one).Where(privilege => PbsReleases.KnowsPrivilege(state, privilege)))
            {
                privileges[privilege] = true;
            }

            data[one] = privileges;
        }

        return ApiReply.Of(data);
    }
}
