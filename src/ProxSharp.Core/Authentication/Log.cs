using Microsoft.Extensions.Logging;

namespace ProxSharp.Authentication;

/// <summary>What logins report. Never a password, ticket, token or code.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "Logged in as {User} at {Server}")]
    public static partial void LoggedIn(ILogger logger, string user, string server);

    [LoggerMessage(EventId = 202, Level = LogLevel.Debug, Message = "Renewed the ticket of {User} at {Server}")]
    public static partial void Renewed(ILogger logger, string user, string server);

    [LoggerMessage(EventId = 203, Level = LogLevel.Information, Message = "{Server} refused to renew the ticket of {User}")]
    public static partial void RenewalRefused(ILogger logger, string user, string server);

    [LoggerMessage(EventId = 204, Level = LogLevel.Warning, Message = "Unable to renew the ticket of {User} at {Server} now; going on with the present one")]
    public static partial void RenewalFailed(ILogger logger, string user, string server, Exception exception);

    [LoggerMessage(EventId = 205, Level = LogLevel.Information, Message = "{Server} does not accept the ticket of {User} any more")]
    public static partial void TicketRejected(ILogger logger, string user, string server);
}
