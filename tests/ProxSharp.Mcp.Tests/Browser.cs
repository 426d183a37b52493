using System.Net;

namespace ProxSharp.Mcp.Tests;

/// <summary>A person at a browser: it shows a page, and sends its form with the headers that browsers send.</summary>
internal static class Browser
{
    /// <summary>Opens the page, then presses one of its buttons.</summary>
    /// <returns>The page, and what became of the answer.</returns>
    public static async Task<(string Page, HttpStatusCode Status)> AnswerAsync(Uri address, string answer, CancellationToken cancellationToken)
    {
        using HttpClient http = new();
        using HttpRequestMessage look = new(HttpMethod.Get, address);
        Navigate(look, "none");
        using HttpResponseMessage shown = await http.SendAsync(look, cancellationToken);
        shown.EnsureSuccessStatusCode();
        string page = await shown.Content.ReadAsStringAsync(cancellationToken);
        Assert.Contains($"value=\"{answer}\"", page, StringComparison.Ordinal);

        using HttpRequestMessage send = new(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent([new KeyValuePair<string, string>("answer", answer)]),
        };
        Navigate(send, "same-origin");

        // By the Fetch specification, a page that gives no referrer has the origin null for its own forms too.
        bool isHidden = shown.Headers.TryGetValues("Referrer-Policy", out IEnumerable<string>? policy) && policy.Last() == "no-referrer";
        send.Headers.Add("Origin", isHidden ? "null" : address.GetLeftPart(UriPartial.Authority));
        send.Headers.Referrer = isHidden ? null : address;
        using HttpResponseMessage taken = await http.SendAsync(send, cancellationToken);
        return (page, taken.StatusCode);
    }

    private static void Navigate(HttpRequestMessage request, string site)
    {
        request.Headers.Add("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        request.Headers.Add("Accept-Language", "en-US,en;q=0.5");
        request.Headers.Add("Sec-Fetch-Dest", "document");
        request.Headers.Add("Sec-Fetch-Mode", "navigate");
        request.Headers.Add("Sec-Fetch-Site", site);
        request.Headers.Add("Sec-Fetch-User", "?1");
        request.Headers.Add("Upgrade-Insecure-Requests", "1");
    }
}
