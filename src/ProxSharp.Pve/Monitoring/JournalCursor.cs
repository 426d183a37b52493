using ProxSharp.Monitoring;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Monitoring;

/// <summary>Knows where in a journal the reading is.</summary>
internal sealed class JournalCursor(JournalOptions options)
{
    private const int DefaultLines = 100;

    private readonly JournalPlace _place = new();

    /// <summary>The call that gives the next lines.</summary>
    public NodesListJournalRequest Next() => _place.Cursor is { } cursor
        ? new NodesListJournalRequest { Startcursor = cursor, Unit = options.Unit }
        : new NodesListJournalRequest
        {
            Since = options.Since?.ToUnixTimeSeconds(),
            Until = options.Until?.ToUnixTimeSeconds(),
            Lastentries = options.Last ?? (options.Since is null ? DefaultLines : null),
            Unit = options.Unit,
        };

    /// <summary>Takes the lines out of an answer.</summary>
    public IReadOnlyList<string> Take(IReadOnlyList<string> answer) => _place.Take(answer, options.Follow);
}
