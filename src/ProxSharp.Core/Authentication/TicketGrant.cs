namespace ProxSharp.Authentication;

/// <summary>A ticket to send with a request.</summary>
/// <param name="Ticket">The ticket.</param>
/// <param name="LoggedIn">True if it comes from a login made for this very request.</param>
internal readonly record struct TicketGrant(SessionTicket Ticket, bool LoggedIn);
