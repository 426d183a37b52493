using System.Globalization;

namespace ProxSharp.Authentication;

/// <summary>Reads what a ticket says in clear: <c>PVE:user@realm:HEXTIME::signature</c>.</summary>
internal static class TicketText
{
    private const string ChallengeMark = "!tfa!";

    /// <summary>True for the half ticket that only allows to answer the second factor.</summary>
    public static bool IsChallenge(string ticket)
    {
        int colon = ticket.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && string.CompareOrdinal(ticket, colon + 1, ChallengeMark, 0, ChallengeMark.Length) == 0;
    }

    /// <summary>The part of a half ticket that lists the factors, as JSON; null if the ticket has another form.</summary>
    public static string? ChallengeJson(string ticket)
    {
        if (!IsChallenge(ticket))
        {
            return null;
        }

        // Proxmox: colons inside the data part are percent-encoded, so the next one ends it.
        int start = ticket.IndexOf(':', StringComparison.Ordinal) + 1 + ChallengeMark.Length;
        int end = ticket.IndexOf(':', start);
        return end < 0 ? null : Uri.UnescapeDataString(ticket[start..end]);
    }

    /// <summary>Reads user and time of issue.</summary>
    public static bool TryParse(string ticket, out string user, out DateTimeOffset? issued)
    {
        user = "";
        issued = null;
        string[] parts = ticket.Split(':');
        if (parts.Length < 3 || parts[0] is not ("PVE" or "PBS") || !parts[1].Contains('@', StringComparison.Ordinal))
        {
            return false;
        }

        user = Uri.UnescapeDataString(parts[1]);
        if (uint.TryParse(parts[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint seconds))
        {
            issued = DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        return true;
    }
}
