using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Http;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Finds out who calls a backup server: ticket cookie or API token.</summary>
internal sealed class PbsAuthentication(PbsState state, TicketOffice tickets)
{
    private const string TokenScheme = "PBSAPIToken";
    private const string Base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static readonly System.Buffers.SearchValues<char> s_base64 = System.Buffers.SearchValues.Create(Base64);

    /// <summary>Returns the caller.</summary>
    /// <exception cref="ApiFault">The credentials are missing or wrong (401).</exception>
    public Principal Authenticate(WireRequest request)
    {
        // Proxmox: the newer cookie wins if both are sent.
        string? ticket = request.Cookie("__Host-PBSAuthCookie") ?? request.Cookie("PBSAuthCookie");
        if (ticket is not null)
        {
            return FromTicket(Uri.UnescapeDataString(ticket), request);
        }

        string? authorization = request.Header("Authorization");
        if (authorization is { Length: > 12 } && authorization.StartsWith(TokenScheme, StringComparison.Ordinal) && authorization[TokenScheme.Length] is '=' or ' ')
        {
            return FromToken(authorization![(TokenScheme.Length + 1)..]);
        }

        throw Failed("no authentication credentials provided.");
    }

    private static ApiFault Failed(string text) => new(401, $"authentication failed - {text}");

    private Principal FromTicket(string ticket, WireRequest request)
    {
        string user = tickets.Verify(ticket) ?? throw Failed(ticket.StartsWith("PBS:!tfa!", StringComparison.Ordinal) ? "ticket with invalid signature" : "invalid ticket - expired");
        if (!state.Directory.Users.TryGetValue(user, out AccessUser? account) || !account.IsUsable(state.Now))
        {
            throw Failed("user account disabled or expired.");
        }

        if (request.Method != "GET")
        {
            string token = request.Header("CSRFPreventionToken") ?? throw Failed("missing CSRF prevention token");
            if (!tickets.VerifyCsrfToken(token, user))
            {
                throw Failed($"invalid csrf token - {Fault(token)}");
            }
        }

        return new Principal(user, null);
    }

    /// <summary>What the server finds wrong with a token against forgery.</summary>
    private static string Fault(string token)
    {
        int colon = token.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return "missing timestamp separator";
        }

        string signature = token[(colon + 1)..];
        int bad = signature.AsSpan().IndexOfAnyExcept(s_base64);
        if (bad >= 0)
        {
            return FormattableString.Invariant($"could not base64 decode csrf signature - Invalid byte {(int)signature[bad]}, offset {bad}.");
        }

        // The last letter of a signature that does not fill its bytes must leave the unused bits zero.
        bool isOdd = signature.Length % 4 == 1;
        int unused = (signature.Length % 4) switch { 2 => 0xF, 3 => 0x3, _ => 0 };
        return isOdd ? "could not base64 decode csrf signature - Encoded text cannot have a 6-bit remainder."
            : unused != 0 && (Base64.IndexOf(signature[^1], StringComparison.Ordinal) & unused) != 0
                ? FormattableString.Invariant($"could not base64 decode csrf signature - Invalid last symbol {(int)signature[^1]}, offset {signature.Length - 1}.")
                : "invalid signature";
    }

    private Principal FromToken(string credentials)
    {
        int colon = credentials.IndexOf(':', StringComparison.Ordinal);
        int bang = credentials.IndexOf('!', StringComparison.Ordinal);
        if (bang < 0 || colon < bang || credentials[..colon].Contains('=', StringComparison.Ordinal))
        {
            throw Failed("invalid token name");
        }

        string secret = Uri.UnescapeDataString(credentials[(colon + 1)..]);
        return state.Directory.FindToken(credentials[..bang], credentials[(bang + 1)..colon], secret, state.Now) ?? throw Failed("invalid credentials");
    }
}
