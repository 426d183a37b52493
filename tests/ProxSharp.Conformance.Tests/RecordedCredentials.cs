using System.Text.RegularExpressions;

namespace ProxSharp.Conformance.Tests;

/// <summary>The tickets and token secrets with which the recorder made its calls, and whose they are.</summary>
internal sealed partial class RecordedCredentials
{
    private readonly Dictionary<string, string> _tickets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _csrfTokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _secrets = new(StringComparer.Ordinal);

    public RecordedCredentials(IEnumerable<Sample> samples)
    {
        foreach (Sample sample in samples)
        {
            string? cookie = sample.IsRaw ? CookiePattern().Match(sample.RawRequest) is { Success: true } found ? found.Value : null : sample.RequestHeader("Cookie");
            string? authorization = sample.IsRaw ? TokenPattern().Match(sample.RawRequest).Value : sample.RequestHeader("Authorization");
            if (sample.Caller is not (null or "custom") && cookie is not null)
            {
                _tickets[Uri.UnescapeDataString(cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..])] = sample.Caller;
                _csrfTokens[sample.RequestHeader("CSRFPreventionToken") ?? ""] = sample.Caller;
            }

            if (authorization is not null && TokenPattern().Match(authorization) is { Success: true } token && (sample.IsRaw || sample.Caller != "custom"))
            {
                _secrets[token.Groups[2].Value] = Uri.UnescapeDataString(token.Groups[1].Value);
            }
        }

        _csrfTokens.Remove("");
    }

    /// <summary>Puts live credentials where recorded ones stand.</summary>
    /// <param name="into">Where the pairs go.</param>
    /// <param name="ticketOf">The live ticket and CSRF token of a user; null if nobody logged in as that user.</param>
    public void Fill(Substitutions into, Func<string, (string Ticket, string Csrf)?> ticketOf)
    {
        foreach ((string recorded, string user) in _tickets)
        {
            into.Add(recorded, ticketOf(user)?.Ticket ?? recorded);
        }

        foreach ((string recorded, string user) in _csrfTokens)
        {
            into.Add(recorded, ticketOf(user)?.Csrf ?? recorded);
        }

        foreach ((string recorded, string token) in _secrets)
        {
            into.Add(recorded, RecordedServer.TokenSecrets.GetValueOrDefault(token, recorded));
        }
    }

    [GeneratedRegex("PVEAuthCookie=[^\r\n]+")]
    private static partial Regex CookiePattern();

    [GeneratedRegex("PVEAPIToken[= ]([^=\r\n]+)=([0-9a-f-]{36})")]
    private static partial Regex TokenPattern();
}
