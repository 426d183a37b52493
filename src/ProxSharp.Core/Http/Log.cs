using Microsoft.Extensions.Logging;

namespace ProxSharp.Http;

/// <summary>The log messages of the pipeline. Parameters are only ever logged in redacted form.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 101, Level = LogLevel.Debug, Message = "{Verb} {Server}{Path} answered {Status} after {Milliseconds:0.0} ms")]
    public static partial void Answered(ILogger logger, string verb, string server, string path, int status, double milliseconds);

    [LoggerMessage(EventId = 102, Level = LogLevel.Debug, Message = "{Verb} {Server}{Path} got no answer after {Milliseconds:0.0} ms")]
    public static partial void Failed(ILogger logger, string verb, string server, string path, double milliseconds, Exception exception);

    [LoggerMessage(EventId = 103, Level = LogLevel.Trace, Message = "{Call} with {Parameters}", SkipEnabledCheck = true)]
    public static partial void Calling(ILogger logger, string call, string parameters);

    [LoggerMessage(
        EventId = 104, Level = LogLevel.Information, Message = "Attempt {Attempt} of {Call} failed, the next one follows in {Milliseconds:0} ms: {Reason}")]
    public static partial void Retrying(ILogger logger, int attempt, string call, double milliseconds, string reason);

    [LoggerMessage(EventId = 105, Level = LogLevel.Warning, Message = "{Server} cannot be reached or cannot pass calls on; trying {Next}")]
    public static partial void FailedOver(ILogger logger, string server, string next, Exception? exception);

    [LoggerMessage(EventId = 106, Level = LogLevel.Information, Message = "Calls now go to {Server}")]
    public static partial void Preferred(ILogger logger, string server);

    [LoggerMessage(EventId = 107, Level = LogLevel.Information, Message = "{Peer} can take over: {Server} names it as a node of its cluster")]
    public static partial void PeerLearnt(ILogger logger, string peer, string server);

    [LoggerMessage(EventId = 108, Level = LogLevel.Information, Message = "{Server} does not tell the nodes of its cluster")]
    public static partial void PeersUnknown(ILogger logger, string server, Exception exception);
}
