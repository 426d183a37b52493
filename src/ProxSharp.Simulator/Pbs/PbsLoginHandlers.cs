using System.Text.Json.Nodes;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Login, version and ping of a backup server.</summary>
internal sealed class PbsLoginHandlers(PbsState state, TicketOffice tickets)
{
    public void Register(HandlerTable table)
    {
        table.Post("/access/ticket", Login);
        table.Delete("/access/ticket", static _ => ApiReply.Nothing);
        table.Get("/version", _ => ApiReply.Of(new JsonObject
        {
            ["version"] = FormattableString.Invariant($"{state.Version.Major}.{state.Version.Minor}"),
            ["release"] = FormattableString.Invariant($"{Math.Max(0, state.Version.Build)}"),
            ["repoid"] = "4940514b",
        }));
        table.Get("/ping", static _ => ApiReply.Of(new JsonObject { ["pong"] = true }));
        table.Get("/access/domains", static _ => ApiReply.Of(new JsonArray(
            new JsonObject { ["realm"] = "pam", ["type"] = "pam", ["comment"] = "Linux PAM standard authentication", ["default"] = true },
            new JsonObject { ["realm"] = "pbs", ["type"] = "pbs", ["comment"] = "Proxmox Backup authentication server" })));
    }

    private static ApiFault Failure() => new(401, "permission check failed.");

    private ApiReply Login(ApiCall call)
    {
        string userId = call.Required("username");
        string password = call.Text("password") ?? throw ApiFault.Parameter("password", "parameter is missing and it is not optional.");
        if (!state.Directory.Users.TryGetValue(userId, out AccessUser? user) || !user.IsUsable(state.Now))
        {
            throw Failure();
        }

        if (call.Text("tfa-challenge") is { } challenge)
        {
            SecondFactors.Answer(tickets, user, challenge, password, state.Now, Failure);
            return Success(user);
        }

        bool renews = tickets.Verify(password) == userId;
        if (!renews && !LoginHandlers.KnowsPassword(user, password))
        {
            throw Failure();
        }

        return !renews && SecondFactors.AreNeeded(user)
            ? ApiReply.Of(new JsonObject { ["username"] = userId, ["ticket"] = SecondFactors.Challenge(tickets, user), ["CSRFPreventionToken"] = "invalid" })
            : Success(user);
    }

    private ApiReply Success(AccessUser user) => ApiReply.Of(new JsonObject
    {
        ["username"] = user.UserId,
        ["ticket"] = tickets.Issue(user.UserId),
        ["CSRFPreventionToken"] = tickets.IssueCsrfToken(user.UserId),
    });
}
