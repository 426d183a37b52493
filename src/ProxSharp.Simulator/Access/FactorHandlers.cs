using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Access;

/// <summary>Second factors: one-time passwords and recovery keys. Both products work alike.</summary>
internal sealed class FactorHandlers(ServerState state, Random random)
{
    private const int RecoveryKeys = 10;

    public void Register(HandlerTable table)
    {
        table.Get("/access/tfa", ListAll);
        table.Get("/access/tfa/{userid}", ListOne);
        table.Post("/access/tfa/{userid}", Add);
        table.Get("/access/tfa/{userid}/{id}", call => ApiReply.Of(Describe(Factor(call))));
        table.Put("/access/tfa/{userid}/{id}", Change);
        table.Delete("/access/tfa/{userid}/{id}", Delete);
        table.Put("/access/users/{userid}/unlock-tfa", Unlock);
    }

    private JsonNode Boolean(bool value) => state.Schema.Product == ProxmoxProduct.BackupServer ? JsonValue.Create(value) : JsonValue.Create(value ? 1 : 0);

    private JsonObject Describe(SecondFactor factor)
    {
        JsonObject entry = new() { ["id"] = factor.Id, ["type"] = factor.Type, ["created"] = factor.Created };
        if (factor.Description.Length > 0 || state.Schema.Product == ProxmoxProduct.VirtualEnvironment)
        {
            // Proxmox: the backup server leaves an empty description out.
            entry["description"] = factor.Description;
        }

        if (!factor.Enabled)
        {
            entry["enable"] = Boolean(false);
        }

        return entry;
    }

    private JsonArray Entries(AccessUser user) => new([.. user.Factors.Select(factor => (JsonNode)Describe(factor))]);

    private ApiReply ListAll(ApiCall call)
    {
        JsonArray list = [];
        bool seesAll = state.Permissions.HasAny(call.Caller, "/access/groups", "User.Modify", "Sys.Audit") || state.Permissions.Has(call.Caller, "/access/users", "Sys.Audit");
        foreach (AccessUser user in state.Directory.Users.Values.Where(user => user.Factors.Count > 0 && (seesAll || user.UserId == call.Caller.UserId)))
        {
            list.Add((JsonNode)WithLocks(new JsonObject { ["userid"] = user.UserId, ["entries"] = Entries(user) }, user.FactorLimits));
        }

        return ApiReply.Of(list);
    }

    private JsonObject WithLocks(JsonObject entry, FactorLimits limits)
    {
        if (limits.IsTotpLocked)
        {
            entry["totp-locked"] = Boolean(true);
        }

        if (limits.LockedUntil is { } end && limits.IsLocked(state.Now))
        {
            entry["tfa-locked-until"] = end.ToUnixTimeSeconds();
        }

        return entry;
    }

    // Proxmox: the answer says whether anything was locked.
    private ApiReply Unlock(ApiCall call) => state.Directory.Users.TryGetValue(call.PathValues["userid"], out AccessUser? user)
        ? ApiReply.Of(Boolean(user.FactorLimits.Unlock(state.Now)))
        : throw Fault("no such user");

    private ApiReply ListOne(ApiCall call) => ApiReply.Of(Entries(User(call)));

    private ApiReply Add(ApiCall call)
    {
        AccessUser user = User(call);
        DemandPassword(call);
        long now = state.Now.ToUnixTimeSeconds();
        return call.Required("type") switch
        {
            "totp" => AddTotp(user, call, now),
            "recovery" => AddRecovery(user, now),
            string type => throw Fault($"second factor '{type}' is not available in the simulator"),
        };
    }

    private ApiReply AddTotp(AccessUser user, ApiCall call, long now)
    {
        byte[] secret = Totp.ReadUri(call.Text("totp") ?? "") ?? throw Fault("invalid totp uri");
        if (Totp.Match(secret, call.Text("value") ?? "", state.Now) is not { } step)
        {
            throw Fault("failed to verify TOTP challenge");
        }

        SecondFactor factor = new(NewId(), "totp", now) { Secret = secret, Description = call.Text("description") ?? "", LastStep = step };
        user.Factors.Add(factor);
        return ApiReply.Of(new JsonObject { ["id"] = factor.Id });
    }

    private ApiReply AddRecovery(AccessUser user, long now)
    {
        if (user.Factors.Any(static factor => factor.Type == "recovery"))
        {
            throw Fault("user already has recovery keys");
        }

        string?[] keys = [.. Enumerable.Range(0, RecoveryKeys).Select(_ => string.Join('-', Enumerable.Range(0, 4).Select(_ => random.Next(0x10000).ToString("x4", CultureInfo.InvariantCulture))))];
        user.Factors.Add(new SecondFactor("recovery", "recovery", now) { RecoveryKeys = keys });
        return ApiReply.Of(new JsonObject { ["id"] = "recovery", ["recovery"] = new JsonArray([.. keys.Select(static key => (JsonNode)JsonValue.Create(key!))]) });
    }

    private string NewId()
    {
        byte[] bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    private ApiReply Change(ApiCall call)
    {
        DemandPassword(call);
        SecondFactor factor = Factor(call);
        factor.Description = call.Text("description") ?? factor.Description;
        factor.Enabled = call.Flag("enable") ?? factor.Enabled;
        return ApiReply.Nothing;
    }

    private ApiReply Delete(ApiCall call)
    {
        DemandPassword(call);
        User(call).Factors.Remove(Factor(call));

        // Proxmox VE leaks an empty text here.
        return state.Schema.Product == ProxmoxProduct.VirtualEnvironment ? ApiReply.Of("") : ApiReply.Nothing;
    }

    private void DemandPassword(ApiCall call)
    {
        if (!call.Caller.IsRoot && !call.Has("password") && state.Schema.Product == ProxSharp.ProxmoxProduct.VirtualEnvironment)
        {
            throw ApiFault.Parameter("password", "password is required to modify user");
        }

        if (!call.Caller.IsRoot && !LoginHandlers.KnowsPassword(state.Directory.Users[call.Caller.UserId], call.Text("password")))
        {
            throw Fault("invalid credentials");
        }
    }

    private AccessUser User(ApiCall call) => state.Directory.Users.GetValueOrDefault(call.PathValues["userid"]) ?? throw Fault($"no such user ('{call.PathValues["userid"]}')");

    private SecondFactor Factor(ApiCall call) => User(call).Factors.Find(factor => factor.Id == call.PathValues["id"]) ?? throw MissingFactor(call.PathValues["id"]);

    private ApiFault MissingFactor(string id) => state.Schema.Product == ProxSharp.ProxmoxProduct.BackupServer
        ? Fault($"no such tfa entry '{id}'")
        : new ApiFault(404, $"No such tfa entry '{id}'") { WithoutNewline = true };

    private ApiFault Fault(string message) => state.Schema.Product == ProxmoxProduct.BackupServer ? new ApiFault(400, message) : ApiFault.Failed(message);
}
