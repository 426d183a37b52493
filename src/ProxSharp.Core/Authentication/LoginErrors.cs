using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using ProxSharp.Api;

namespace ProxSharp.Authentication;

/// <summary>Words the failures of a login.</summary>
internal static class LoginErrors
{
    /// <summary>The server refused the password, or answered with another error.</summary>
    public static ProxmoxException Refused(string user, LoginStep step, HttpResponseMessage response, ReadOnlySpan<byte> body, string server)
    {
        string said = Message(response, body);
        int status = (int)response.StatusCode;
        if (status is 400 or 401 or 403)
        {
            string next = step == LoginStep.SecondFactor
                ? "The second factor was not accepted: every code and recovery key works once, and time-based codes need a correct clock."
                : $"Check the user name, the realm '{user[(user.LastIndexOf('@') + 1)..]}' and the password; the server does not say which of them is wrong.";
            return Authentication($"Login as {user} at {server} failed: {said}. {next}", said, response.StatusCode);
        }

        string text = string.Create(CultureInfo.InvariantCulture, $"Login as {user} at {server} failed: {status} {said}.");
        if (status is 502 or 503 or 504 or (>= 595 and <= 599))
        {
            // Proxmox: 595 to 599 come from the front process when the daemon behind it does not answer. Another node may do better.
            return new ProxmoxConnectionException(text);
        }

        return new ProxmoxApiException(text)
        {
            StatusCode = response.StatusCode,
            Method = ApiMethod.Post,
            Path = LoginRequests.Path,
            ServerMessage = said,
            Transient = status >= 500,
        };
    }

    /// <summary>The server wants a second factor that nobody can supply.</summary>
    public static ProxmoxAuthenticationException NoSecondFactor(PasswordCredentials credentials, SecondFactorChallenge challenge, string server)
    {
        string kinds = challenge.Kinds.Count > 0 ? $" ({string.Join(", ", challenge.Kinds)})" : "";
        string why = credentials.SecondFactor is null ? "none was supplied" : "a one-time password sent along does not answer it";
        return Authentication(
            $"{credentials.User} needs a second factor{kinds} to log in at {server}, and {why}. "
            + $"Give {nameof(ProxmoxCredentials)}.{nameof(ProxmoxCredentials.Password)} a {nameof(SecondFactor)} with a "
                + $"callback, or use an API token, which needs none.",
            "second factor needed",
            HttpStatusCode.OK);
    }

    /// <summary>A ticket from elsewhere is no longer good and there is nothing to get a new one with.</summary>
    public static ProxmoxAuthenticationException TicketOver(TicketCredentials credentials, string server)
    {
        string since = credentials.Issued is { } issued ? string.Create(CultureInfo.InvariantCulture, $", issued {issued:u},") : "";
        return Authentication(
            $"{server} does not accept the ticket of {credentials.User}{since} any more; tickets live two hours. Log in again "
                + $"and pass the new ticket, or use a password or an API token.",
            "ticket not accepted",
            HttpStatusCode.Unauthorized);
    }

    /// <summary>The same failure for another call that waited for the same login.</summary>
    public static ProxmoxAuthenticationException Shared(ProxmoxAuthenticationException first)
        => new(first.Message, first) { StatusCode = first.StatusCode, Method = first.Method, Path = first.Path, ServerMessage = first.ServerMessage };

    private static ProxmoxAuthenticationException Authentication(string message, string said, HttpStatusCode status)
        => new(message) { StatusCode = status, Method = ApiMethod.Post, Path = LoginRequests.Path, ServerMessage = said };

    // Proxmox: PVE answers {"message": ...}, PBS plain text labelled as JSON; the reason phrase is the last resort.
    private static string Message(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        string text = Encoding.UTF8.GetString(body).Trim();
        if (text.StartsWith('{'))
        {
            text = JsonMessage(text) ?? "";
        }
        else if (text.StartsWith('<') || text.Length > 500)
        {
            text = "";
        }

        string first = text.Length > 0 ? text : response.ReasonPhrase ?? "";
        return first.Length > 0 ? first.TrimEnd('.', ' ', '\n', '\r') : ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
    }

    private static string? JsonMessage(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.TryGetProperty("message", out JsonElement message) && message.ValueKind == JsonValueKind.String
                ? message.GetString()?.Trim()
                : null;
        }
        catch (JsonException)
        {
            return null; // A cut-off answer: the reason phrase is used instead.
        }
    }
}
