using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Monitoring;

/// <summary>The calls that read a journal.</summary>
internal static class JournalRequests
{
    private const int DefaultLines = 100;

    /// <summary>The time between two looks for new lines; null if the journal is not followed.</summary>
    public static TimeSpan? Following(JournalOptions options) => options.Follow ? options.Interval : null;

    /// <summary>The call that gives the lines behind a cursor; null stands for the first lines.</summary>
    public static NodesListJournalRequest After(JournalOptions options, string? cursor) => cursor is not null
        ? new NodesListJournalRequest { Startcursor = cursor }
        : new NodesListJournalRequest
        {
            Since = options.Since?.ToUnixTimeSeconds(),
            Until = options.Until?.ToUnixTimeSeconds(),
            Lastentries = options.Last ?? (options.Since is null ? DefaultLines : null),
        };
}
