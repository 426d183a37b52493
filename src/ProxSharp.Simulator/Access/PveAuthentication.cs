using ProxSharp.Schema;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Http;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Access;

/// <summary>Finds out who calls a Proxmox VE server: ticket cookie, ticket header or API token.</summary>
internal sealed class PveAuthentication(PveState state, TicketOffice tickets)
{
    private const string CookieName = "PVEAuthCookie";
    private const string TokenScheme = "PVEAPIToken";

    /// <summary>Returns the caller; <see cref="Principal.Anonymous"/> where no login is needed.</summary>
    /// <exception cref="ApiFault">The credentials are missing or wrong (401, to be answered without a body).</exception>
    public Principal Authenticate(WireRequest request, string apiPath, bool isUpload)
    {
        if (IsOpen(request.Method, apiPath))
        {
            return Principal.Anonymous;
        }

        string? authorization = request.Header("Authorization");
        string? ticket = request.Cookie(CookieName);
        if (ticket is null && authorization?.StartsWith(CookieName + "=", StringComparison.Ordinal) == true)
        {
            ticket = authorization[(CookieName.Length + 1)..];
        }

        if (ticket is not null)
        {
            return FromTicket(Uri.UnescapeDataString(ticket), request, isUpload);
        }

        if (authorization is { Length: > 12 } && authorization.StartsWith(TokenScheme, StringComparison.Ordinal) && authorization[TokenScheme.Length] is '=' or ' ')
        {
            return FromToken(Uri.UnescapeDataString(authorization[(TokenScheme.Length + 1)..]));
        }

        throw new ApiFault(401, "No ticket");
    }

    private bool IsOpen(string method, string apiPath) =>
        Api.ApiMethods.TryParse(method, out Api.ApiMethod verb)
        && state.Schema.TryMatch(verb, apiPath, out ApiMatch? match)
        && match.Endpoint.Permission.Audience == ApiAudience.World;

    private Principal FromTicket(string ticket, WireRequest request, bool isUpload)
    {
        string? user = tickets.Verify(ticket);
        if (user is null || !state.Directory.Users.TryGetValue(user, out AccessUser? account) || !account.IsUsable(state.Now))
        {
            throw new ApiFault(401, "Authentication failed!");
        }

        // Proxmox: uploads need no CSRF token.
        if (request.Method != "GET" && !isUpload && !tickets.VerifyCsrfToken(request.Header("CSRFPreventionToken"), user))
        {
            throw new ApiFault(401, "Permission denied - invalid csrf token");
        }

        return new Principal(user, null);
    }

    private Principal FromToken(string credentials)
    {
        int bang = credentials.IndexOf('!', StringComparison.Ordinal);
        int equals = credentials.IndexOf('=', Math.Max(bang, 0));
        Principal? caller = bang < 0 || equals < 0
            ? null
            : state.Directory.FindToken(credentials[..bang], credentials[(bang + 1)..equals], credentials[(equals + 1)..], state.Now);
        return caller ?? throw new ApiFault(401, "Authentication failed!");
    }
}
