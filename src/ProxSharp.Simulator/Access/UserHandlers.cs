using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Access;

/// <summary>Users, passwords and API tokens of Proxmox VE.</summary>
internal sealed class UserHandlers(PveState state)
{
    private static readonly string[] s_details = ["comment", "email", "firstname", "lastname", "keys"];

    private AccessDirectory Directory => state.Directory;

    public void Register(HandlerTable table)
    {
        table.Get("/access/users", List);
        table.Post("/access/users", Create);
        table.Get("/access/users/{userid}", Get);
        table.Put("/access/users/{userid}", Update);
        table.Delete("/access/users/{userid}", Delete);
        table.Get("/access/users/{userid}/tfa", FactorTypes);
        table.Put("/access/password", ChangePassword);
        table.Get("/access/users/{userid}/token", ListTokens);
        table.Get("/access/users/{userid}/token/{tokenid}", call => ApiReply.Of(Info(Token(call))));
        table.Post("/access/users/{userid}/token/{tokenid}", CreateToken);
        table.Put("/access/users/{userid}/token/{tokenid}", UpdateToken);
        table.Delete("/access/users/{userid}/token/{tokenid}", DeleteToken);
    }

    private static JsonObject Info(AccessToken token)
    {
        JsonObject info = new() { ["expire"] = token.Expire, ["privsep"] = token.PrivilegeSeparation ? 1 : 0 };
        if (token.Comment is { } comment)
        {
            info["comment"] = comment;
        }

        return info;
    }

    private ApiReply List(ApiCall call)
    {
        bool seesAll = state.Permissions.HasAny(call.Caller, "/access/groups", "User.Modify", "Sys.Audit");
        JsonArray list = [];
        foreach (AccessUser user in Directory.Users.Values.Where(user => (seesAll || user.UserId == call.Caller.UserId) && (call.Flag("enabled") is not { } wanted || wanted == user.Enabled)))
        {
            JsonObject entry = Describe(user);
            entry["userid"] = user.UserId;
            entry["realm-type"] = state.Collections.Find("/access/domains", user.Realm)?["type"] is { } type ? ApiCall.TextOf(type) : user.Realm;
            if (call.IsSet("full"))
            {
                entry["groups"] = string.Join(',', user.Groups);
                entry["tokens"] = user.Tokens.Count == 0 ? null : Tokens(user);
            }

            list.Add((JsonNode)entry);
        }

        return ApiReply.Of(list);
    }

    private static JsonObject Describe(AccessUser user)
    {
        JsonObject data = new() { ["enable"] = user.Enabled ? 1 : 0, ["expire"] = user.Expire };
        foreach ((string name, string value) in user.Details)
        {
            data[name] = value;
        }

        return data;
    }

    private static JsonArray Tokens(AccessUser user)
    {
        JsonArray list = [];
        foreach (AccessToken token in user.Tokens.Values)
        {
            JsonObject entry = Info(token);
            entry["tokenid"] = token.Name;
            list.Add((JsonNode)entry);
        }

        return list;
    }

    private ApiReply Create(ApiCall call)
    {
        string id = call.Required("userid");
        string realm = id[(id.LastIndexOf('@') + 1)..];
        if (state.Collections.Find("/access/domains", realm) is null)
        {
            throw ApiFault.Failed($"create user failed: domain '{realm}' does not exist");
        }

        if (Directory.Users.ContainsKey(id))
        {
            throw ApiFault.Failed($"create user failed: user '{id}' already exists");
        }

        AccessUser user = new(id) { Password = call.Text("password") };
        Change(user, call, append: false, "create user failed: ");
        Directory.Users.Add(id, user);
        return ApiReply.Nothing;
    }

    private void Change(AccessUser user, ApiCall call, bool append, string failure)
    {
        user.Enabled = call.Flag("enable") ?? user.Enabled;
        user.Expire = call.Integer("expire") ?? user.Expire;
        foreach (string name in s_details)
        {
            if (call.Text(name) is { } value)
            {
                user.Details[name] = value;
            }
        }

        if (!call.Has("groups"))
        {
            return;
        }

        if (!append)
        {
            user.Groups.Clear();
        }

        foreach (string group in call.Items("groups"))
        {
            user.Groups.Add(Directory.Groups.ContainsKey(group) ? group : throw ApiFault.Failed($"{failure}no such group '{group}'"));
        }
    }

    private ApiReply Get(ApiCall call)
    {
        AccessUser user = Demand(call);
        JsonObject data = Describe(user);
        data["groups"] = new JsonArray([.. user.Groups.Select(static group => (JsonNode)JsonValue.Create(group))]);
        JsonObject tokens = [];
        foreach (AccessToken token in user.Tokens.Values)
        {
            tokens[token.Name] = Info(token);
        }

        data["tokens"] = tokens.Count == 0 ? null : tokens;
        return ApiReply.Of(data);
    }

    private ApiReply Update(ApiCall call)
    {
        string id = call.PathValues["userid"];
        AccessUser user = Directory.Users.GetValueOrDefault(id) ?? throw ApiFault.Failed($"update user failed: no such user ('{id}')");
        Change(user, call, call.IsSet("append"), "update user failed: ");
        return ApiReply.Nothing;
    }

    private ApiReply Delete(ApiCall call)
    {
        // Proxmox: deleting a user that does not exist succeeds.
        string id = call.PathValues["userid"];
        string? password = Directory.Users.GetValueOrDefault(id)?.Password;
        Directory.RemoveUser(id);
        if (id == "root@pam")
        {
            // Proxmox: whoever reads the file of users finds root@pam in it, whatever is written there.
            Directory.Users[id] = new AccessUser(id) { Password = password };
        }

        return ApiReply.Nothing;
    }

    private ApiReply ChangePassword(ApiCall call)
    {
        string id = call.Required("userid");
        AccessUser user = Directory.Users.GetValueOrDefault(id) ?? throw ApiFault.Failed($"no such user ('{id}')");
        DemandConfirmation(call, "confirmation-password");
        string realmType = state.Collections.Find("/access/domains", user.Realm)?["type"] is { } kind ? ApiCall.TextOf(kind) : user.Realm;
        if (realmType is not ("pam" or "pve"))
        {
            throw ApiFault.Failed($"can't change password on auth server type '{realmType}'");
        }

        user.Password = call.Required("password");
        state.Tell(call.Caller.AuthId, $"changed password for user '{id}'");
        return ApiReply.Nothing;
    }

    private void DemandConfirmation(ApiCall call, string parameter)
    {
        // Proxmox: everybody but root@pam must prove who they are.
        if (call.Caller.IsRoot)
        {
            return;
        }

        string password = call.Text(parameter) ?? throw ApiFault.Parameter(parameter, "password is required to modify user");
        if (!LoginHandlers.KnowsPassword(Directory.Users[call.Caller.UserId], password))
        {
            throw ApiFault.Failed("invalid credentials");
        }
    }

    private ApiReply FactorTypes(ApiCall call)
    {
        AccessUser user = Demand(call);
        if (!call.IsSet("multiple"))
        {
            // Proxmox: the old form of the answer knows one kind of factor only.
            return ApiReply.Of(user.Factors.Exists(static factor => factor.Type == "totp") ? new JsonObject { ["user"] = "oath" } : []);
        }

        return ApiReply.Of(new JsonObject { ["user"] = new JsonArray([.. user.Factors.Select(static factor => factor.Type).Distinct().Select(static type => (JsonNode)JsonValue.Create(type))]) });
    }

    private ApiReply ListTokens(ApiCall call) => ApiReply.Of(Tokens(Demand(call)));

    private ApiReply CreateToken(ApiCall call)
    {
        AccessUser user = Demand(call);
        string name = call.PathValues["tokenid"];
        if (user.Tokens.ContainsKey(name))
        {
            throw ApiFault.Parameter("tokenid", "Token already exists.");
        }

        AccessToken token = new(name, state.NewUuid()) { Expire = call.Integer("expire") ?? 0, PrivilegeSeparation = call.Flag("privsep") ?? true, Comment = call.Text("comment") };
        user.Tokens.Add(name, token);

        // Proxmox: what was given comes back as it came, what was not given is left out or a number.
        JsonObject info = new() { ["privsep"] = call.Has("privsep") ? call.Text("privsep") : JsonValue.Create(1) };
        if (call.Has("expire"))
        {
            info["expire"] = call.Text("expire");
        }

        if (token.Comment is { } comment)
        {
            info["comment"] = comment;
        }

        return ApiReply.Of(new JsonObject { ["full-tokenid"] = $"{user.UserId}!{name}", ["value"] = token.Secret, ["info"] = info });
    }

    private ApiReply UpdateToken(ApiCall call)
    {
        AccessToken token = Token(call);
        token.Expire = call.Integer("expire") ?? token.Expire;
        token.PrivilegeSeparation = call.Flag("privsep") ?? token.PrivilegeSeparation;
        token.Comment = call.Items("delete").Contains("comment") ? null : call.Text("comment") ?? token.Comment;
        JsonObject data = Info(token);
        foreach (string given in ((string[])["expire", "privsep", "comment"]).Where(call.Has))
        {
            // Proxmox: what was given comes back as it came.
            data[given] = call.Text(given);
        }

        if (call.IsSet("regenerate"))
        {
            token.Secret = state.NewUuid();
            data["value"] = token.Secret;
            data["full-tokenid"] = $"{call.PathValues["userid"]}!{token.Name}";
        }

        return ApiReply.Of(data);
    }

    private ApiReply DeleteToken(ApiCall call)
    {
        AccessToken token = Token(call);
        string full = $"{call.PathValues["userid"]}!{token.Name}";
        Demand(call).Tokens.Remove(token.Name);
        Directory.Acl.RemoveAll(entry => entry.Kind == "token" && entry.Id == full);
        return ApiReply.Nothing;
    }

    private AccessToken Token(ApiCall call) => Demand(call).Tokens.GetValueOrDefault(call.PathValues["tokenid"])
        ?? throw ApiFault.Failed($"no such token '{call.PathValues["tokenid"]}' for user '{call.PathValues["userid"]}'");

    private AccessUser Demand(ApiCall call) => Directory.Users.GetValueOrDefault(call.PathValues["userid"]) ?? throw ApiFault.Failed($"no such user ('{call.PathValues["userid"]}')");
}
