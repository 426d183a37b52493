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
    }

    /// <summary>Whether a user knows a password; for calls that ask the caller to confirm.</summary>
    public static bool KnowsPassword(AccessUser user, string? password) => user.Password is { } own && own == password;

    private static ApiFault Failure() => new(401, "authentication failure") { Delay = s_failureDelay };

    private ApiReply Login(ApiCall call)
    {
        string name = call.Required("username");

        // Proxmox: the realm is appended whatever the name is; a name without one belongs to nobody.
        string userId = call.Text("realm") is { } realm ? $"{name}@{realm}" : name;
        if (!state.Directory.Users.TryGetValue(userId, out AccessUser? user) || !user.IsUsable(state.Now))
        {
            throw Failure();
        }

        string password = call.Required("password");
        if (call.Text("tfa-challenge") is { } challenge)
        {
            SecondFactors.Answer(tickets, user, challenge, password, state.Now, Failure);
            return Success(user, call);
        }

        bool renews = tickets.Verify(password) is { } owner && (owner == userId || owner == "root@pam");
        if (!renews && !KnowsPassword(user, password))
        {
            throw Failure();
        }

        DemandPrivileges(user, call);
        return !renews && SecondFactors.AreNeeded(user) ? Challenge(user) : Success(user, call);
    }

    private void DemandPrivileges(AccessUser user, ApiCall call)
    {
        // Proxmox: a missing privilege is an authentication failure here, not a 403.
        if (call.Text("path") is { } path && call.Items("privs").Any(privilege => !state.Permissions.Has(new Principal(user.UserId, null), path, privilege)))
        {
            throw Failure();
        }
    }

    private ApiReply Challenge(AccessUser user) => ApiReply.Of(new JsonObject
    {
        ["NeedTFA"] = 1,
        ["username"] = user.UserId,
        ["ticket"] = SecondFactors.Challenge(tickets, user),
        ["CSRFPreventionToken"] = tickets.IssueCsrfToken(user.UserId),
    });

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

        state.Tell("root@pam", $"successful auth for user '{user.UserId}'");
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
