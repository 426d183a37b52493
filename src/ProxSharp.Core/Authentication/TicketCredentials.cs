namespace ProxSharp.Authentication;

/// <summary>A ticket from elsewhere.</summary>
internal sealed class TicketCredentials : ProxmoxCredentials
{
    public TicketCredentials(string ticket, string? csrfToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(ticket);
        if (TicketText.IsChallenge(ticket))
        {
            throw new ArgumentException("The ticket only opens the question for the second factor; finish the login first.", nameof(ticket));
        }

        if (!TicketText.TryParse(ticket, out string user, out DateTimeOffset? issued))
        {
            throw new ArgumentException("This is not a ticket: it must read PVE:user@realm:TIME::SIGNATURE, or PBS: in front.", nameof(ticket));
        }

        User = user;
        Issued = issued;
        Value = ticket;
        CsrfToken = string.IsNullOrEmpty(csrfToken) ? null : csrfToken;
    }

    /// <inheritdoc/>
    public override string User { get; }

    /// <summary>When the server issued the ticket, by its own clock.</summary>
    public DateTimeOffset? Issued { get; }

    public string Value { get; }

    public string? CsrfToken { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{User} with ticket ***";
}
