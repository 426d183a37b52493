namespace ProxSharp.Authentication;

/// <summary>A ticket in use, and what goes with it into requests.</summary>
/// <param name="User">The user, <c>user@realm</c>.</param>
/// <param name="Ticket">The ticket as plain text; also the password of its own renewal.</param>
/// <param name="Cookie">The value of the Cookie header.</param>
/// <param name="CsrfToken">Goes with everything but GET; null if it is not known.</param>
/// <param name="Obtained">When it was obtained, by our clock.</param>
internal sealed record SessionTicket(string User, string Ticket, string Cookie, string? CsrfToken, DateTimeOffset Obtained)
{
    /// <summary>How long the servers accept a ticket, less a minute for the way there.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(2) - TimeSpan.FromMinutes(1);

    /// <summary>The age at which a ticket is exchanged for a new one.</summary>
    public static readonly TimeSpan HalfLife = TimeSpan.FromHours(1);

    /// <summary>The age from which a ticket is exchanged before a request that cannot be repeated.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    /// <summary>The cookie by which a product knows its tickets.</summary>
    public static string CookieName(ProxmoxProduct product) => product == ProxmoxProduct.BackupServer ? "PBSAuthCookie" : "PVEAuthCookie";

    /// <summary>A ticket that came in the body of an answer or from the user.</summary>
    public static SessionTicket Create(ProxmoxProduct product, string user, string ticket, string? csrfToken, DateTimeOffset obtained)
        => new(user, ticket, $"{CookieName(product)}={Uri.EscapeDataString(ticket)}", csrfToken, obtained);

    /// <summary>True if the ticket is younger than the given age. One from the future, because the clock was set back, does not count.</summary>
    public bool IsYounger(TimeSpan age, DateTimeOffset now)
    {
        TimeSpan passed = now - Obtained;
        return passed < age && passed > -TimeSpan.FromMinutes(1);
    }

    /// <summary>Names the user, never the ticket.</summary>
    public override string ToString() => $"ticket of {User} ***";
}
