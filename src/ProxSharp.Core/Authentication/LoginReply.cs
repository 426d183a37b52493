using System.Text.Json;

namespace ProxSharp.Authentication;

/// <summary>What a server answered to a login.</summary>
/// <param name="Ticket">The ticket, or the half ticket that asks for the second factor.</param>
/// <param name="Cookie">The cookie the server set; null if it leaves that to us.</param>
/// <param name="CsrfToken">The token that goes with requests that change something.</param>
/// <param name="NeedsSecondFactor">True if the ticket is a half one.</param>
internal sealed record LoginReply(string Ticket, string? Cookie, string? CsrfToken, bool NeedsSecondFactor)
{
    private const string HostCookie = "__Host-PBSAuthCookie";

    /// <summary>Reads the answer.</summary>
    /// <exception cref="ProxmoxProtocolException">It is not what a login answers.</exception>
    public static LoginReply Read(HttpResponseMessage response, ReadOnlyMemory<byte> body, string server)
    {
        string? cookie = SetCookie(response);
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement data = Member(document.RootElement, "data") ?? default;
            string? ticket = cookie is null ? Text(data, "ticket") : Uri.UnescapeDataString(cookie[(HostCookie.Length + 1)..]);
            if (string.IsNullOrEmpty(ticket))
            {
                throw new ProxmoxProtocolException($"The answer of {server} to the login holds no ticket. Is this a Proxmox server, and of the right product?");
            }

            bool half = TicketText.IsChallenge(ticket) || IsTrue(Member(data, "NeedTFA"));
            return new LoginReply(ticket, cookie, Text(data, "CSRFPreventionToken"), half);
        }
        catch (JsonException exception)
        {
            throw new ProxmoxProtocolException($"The answer of {server} to the login is not JSON. Is this a Proxmox server?", exception);
        }
    }

    /// <summary>Never shows the ticket.</summary>
    public override string ToString() => NeedsSecondFactor ? "second factor needed" : "ticket ***";

    // Proxmox: newer backup servers hand the ticket over as a cookie only, and under this name.
    private static string? SetCookie(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? cookies))
        {
            return null;
        }

        string? found = cookies.FirstOrDefault(static cookie => cookie.StartsWith(HostCookie + "=", StringComparison.Ordinal));
        string? pair = found?.Split(';', 2)[0].Trim();
        return pair is null || pair.Length == HostCookie.Length + 1 ? null : pair;
    }

    private static JsonElement? Member(JsonElement element, string name)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : null;

    private static string? Text(JsonElement element, string name)
        => Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static bool IsTrue(JsonElement? value)
        => value is { } element && (element.ValueKind == JsonValueKind.True || element.ToString() == "1");
}
