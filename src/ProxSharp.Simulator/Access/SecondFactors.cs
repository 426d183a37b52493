using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Access;

/// <summary>The challenge between password and ticket of a user with second factors. Both products do it alike.</summary>
internal static class SecondFactors
{
    public static bool AreNeeded(AccessUser user) => user.Factors.Any(static factor => factor.Enabled);

    /// <summary>The half ticket that names the available kinds.</summary>
    public static string Challenge(TicketOffice tickets, AccessUser user)
    {
        JsonObject kinds = [];
        if (user.Factors.Find(static factor => factor is { Type: "recovery", Enabled: true }) is { } recovery)
        {
            IEnumerable<JsonNode> unused = Enumerable.Range(0, recovery.RecoveryKeys.Length).Where(at => recovery.RecoveryKeys[at] is not null)
                .Select(static at => (JsonNode)JsonValue.Create(at));
            kinds["recovery"] = new JsonArray([.. unused]);
        }

        if (!user.FactorLimits.IsTotpLocked && user.Factors.Any(static factor => factor is { Type: "totp", Enabled: true }))
        {
            kinds["totp"] = true;
        }

        return tickets.Issue("!tfa!" + Encoding.UTF8.GetString(PveFormat.Serialize(kinds)), user.UserId);
    }

    /// <summary>Checks the answer to a challenge.</summary>
    public static void Answer(TicketOffice tickets, AccessUser user, string challenge, string answer, DateTimeOffset now, Func<ApiFault> failure)
    {
        // The signature is bound to the user.
        if (tickets.Verify(challenge, user.UserId)?.StartsWith("!tfa!", StringComparison.Ordinal) != true)
        {
            throw failure();
        }

        if (user.FactorLimits.IsLocked(now))
        {
            throw failure();
        }

        int colon = answer.IndexOf(':', StringComparison.Ordinal);
        (string kind, string value) = colon < 0 ? ("", answer) : (answer[..colon], answer[(colon + 1)..]);
        bool accepted = user.Factors.Any(factor => factor.Enabled && factor.Type == kind && Accepts(user, factor, value, now));
        if (!accepted)
        {
            user.FactorLimits.Failed(kind, now);
            throw failure();
        }

        user.FactorLimits.Succeeded();
    }

    private static bool Accepts(AccessUser user, SecondFactor factor, string value, DateTimeOffset now) =>
        factor.Type == "totp" ? !user.FactorLimits.IsTotpLocked && AcceptCode(factor, value, now) : AcceptKey(factor, value);

    private static bool AcceptCode(SecondFactor factor, string code, DateTimeOffset now)
    {
        if (Totp.Match(factor.Secret, code, now) is not { } step || step <= factor.LastStep)
        {
            return false;
        }

        factor.LastStep = step;
        return true;
    }

    private static bool AcceptKey(SecondFactor factor, string key)
    {
        int index = Array.IndexOf(factor.RecoveryKeys, key);
        if (index < 0)
        {
            return false;
        }

        factor.RecoveryKeys[index] = null;
        return true;
    }
}
