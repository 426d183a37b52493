using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Access;

/// <summary>Tickets: login, renewal, the second factor.</summary>
internal sealed class LoginHandlers(PveState state, TicketOffice tickets)
{
    private static readonly TimeSpan s_failureDelay = TimeSpan.FromSeconds(3);

    public void Register(HandlerTable table)
    {
        table.Get("/access/ticket", static _ => ApiReply.Nothing);
        table.Post("/access/ticket", Login);
        table.Post("/access/vncticket", static _ => throw Failure());
    }

    /// <summary>Whether a user knows a password; for calls that ask the caller to confirm.</summary>
    public static bool KnowsPassword(AccessUser user, string? password) => user.Password is { } own && own == password;

    private static ApiFault Failure() => new(401, "authentication failure") { Delay = s_failureDelay };

    private ApiReply Login(ApiCall call)
    {
        string name = call.Required("username");
        string userId = name.Contains('@', StringComparison.Ordinal) ? name : $"{name}@{call.Text("realm") ?? "pam"}";
        if (!state.Directory.Users.TryGetValue(userId, out AccessUser? user) || !user.IsUsable(state.Now))
        {
            throw Failure();
        }

        string password = call.Required("password");
        if (call.Text("tfa-challenge") is { } challenge)
        {
            AnswerChallenge(user, challenge, password);
            return Success(user, call);
        }

        bool renews = tickets.Verify(password) is { } owner && (owner == userId || owner == "root@pam");
        if (!renews && !KnowsPassword(user, password))
        {
            throw Failure();
        }

        DemandPrivileges(user, call);
        return !renews && user.Factors.Any(static factor => factor.Enabled) ? Challenge(user) : Success(user, call);
    }

    private void DemandPrivileges(AccessUser user, ApiCall call)
    {
        // Proxmox: a missing privilege is an authentication failure here, not a 403.
        if (call.Text("path") is { } path && call.Items("privs").Any(privilege => !state.Permissions.Has(new Principal(user.UserId, null), path, privilege)))
        {
            throw Failure();
        }
    }

    private void AnswerChallenge(AccessUser user, string challenge, string answer)
    {
        if (tickets.Verify(challenge, user.UserId) is not { } data || !data.StartsWith("!tfa!", StringComparison.Ordinal))
        {
            throw Failure();
        }

        int colon = answer.IndexOf(':', StringComparison.Ordinal);
        (string kind, string value) = colon < 0 ? ("", answer) : (answer[..colon], answer[(colon + 1)..]);
        bool accepted = kind switch
        {
            "totp" => user.Factors.Any(factor => factor is { Type: "totp", Enabled: true } && AcceptCode(factor, value)),
            "recovery" => user.Factors.Any(factor => factor is { Type: "recovery", Enabled: true } && AcceptRecovery(factor, value)),
            _ => false,
        };
        if (!accepted)
        {
            throw Failure();
        }
    }

    private bool AcceptCode(SecondFactor factor, string code)
    {
        long? step = Totp.Match(factor.Secret, code, state.Now);
        if (step is not { } matched || matched <= factor.LastStep)
        {
            return false;
        }

        factor.LastStep = matched;
        return true;
    }

    private static bool AcceptRecovery(SecondFactor factor, string key)
    {
        int index = Array.IndexOf(factor.RecoveryKeys, key);
        if (index < 0)
        {
            return false;
        }

        factor.RecoveryKeys[index] = null;
        return true;
    }

    private ApiReply Challenge(AccessUser user)
    {
        JsonObject kinds = [];
        if (user.Factors.Any(static factor => factor is { Type: "totp", Enabled: true }))
        {
            kinds["totp"] = true;
        }

        if (user.Factors.Find(static factor => factor is { Type: "recovery", Enabled: true }) is { } recovery)
        {
            kinds["recovery"] = new JsonArray([.. recovery.RecoveryKeys.Index().Where(static key => key.Item is not null).Select(static key => (JsonNode)JsonValue.Create(key.Index))]);
        }

        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            kinds.WriteTo(writer);
        }

        string data = System.Text.Encoding.UTF8.GetString(stream.ToArray());
        return ApiReply.Of(new JsonObject
        {
            ["NeedTFA"] = 1,
            ["username"] = user.UserId,
            ["ticket"] = tickets.Issue("!tfa!" + data, user.UserId),
            ["CSRFPreventionToken"] = tickets.IssueCsrfToken(user.UserId),
        });
    }

    private ApiReply Success(AccessUser user, ApiCall call)
    {
        JsonObject data = new()
        {
            ["username"] = user.UserId,
            ["cap"] = Capabilities(new Principal(user.UserId, null)),
        };

        // Proxmox: a call that only checks privileges hands out no ticket.
        if (!call.Has("path"))
        {
            data["ticket"] = tickets.Issue(user.UserId);
            data["CSRFPreventionToken"] = tickets.IssueCsrfToken(user.UserId);
        }

        if (state.Nodes.Count > 1)
        {
            data["clustername"] = state.ClusterName;
        }

        return ApiReply.Of(data);
    }

    private JsonObject Capabilities(Principal caller)
    {
        JsonObject Of(string path, params string[] prefixes)
        {
            JsonObject found = [];
            foreach (string privilege in state.Permissions.PrivilegesAt(caller, path).Where(privilege => prefixes.Any(prefix => privilege.StartsWith(prefix, StringComparison.Ordinal))))
            {
                found[privilege] = 1;
            }

            return found;
        }

        return new JsonObject
        {
            ["vms"] = Of("/vms", "VM.", "Permissions."),
            ["storage"] = Of("/storage", "Datastore.", "Permissions."),
            ["nodes"] = Of("/nodes", "Sys.", "Permissions."),
            ["access"] = Of("/access", "User.", "Group.", "Permissions."),
            ["dc"] = Of("/", "Sys.Audit", "Sys.Modify", "SDN."),
            ["sdn"] = Of("/sdn", "SDN.", "Permissions."),
            ["mapping"] = Of("/mapping", "Mapping.", "Permissions."),
        };
    }
}
