using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Monitoring;

/// <summary>Knows where in a journal the reading is.</summary>
internal sealed class JournalCursor(JournalOptions options)
{
    private const int DefaultLines = 100;

    private string? _cursor;

    /// <summary>The call that gives the next lines.</summary>
    public NodesListJournalRequest Next() => _cursor is not null
        ? new NodesListJournalRequest { Startcursor = _cursor, Unit = options.Unit }
        : new NodesListJournalRequest
        {
            Since = options.Since?.ToUnixTimeSeconds(),
            Until = options.Until?.ToUnixTimeSeconds(),
            Lastentries = options.Last ?? (options.Since is null ? DefaultLines : null),
            Unit = options.Unit,
        };

    /// <summary>Takes the lines out of an answer.</summary>
    /// <remarks>Proxmox: the first and the last line of an answer are cursors.</remarks>
    public IReadOnlyList<string> Take(IReadOnlyList<string> answer)
    {
        if (answer.Count > 0 && IsCursor(answer[^1]))
        {
            _cursor = answer[^1];
        }
        else if (answer.Count > 0 && options.Follow)
        {
            throw new ProxmoxProtocolException("The journal cannot be followed: the server does not tell where its answer ends.");
        }

        return [.. answer.Where(static line => !IsCursor(line))];
    }

    private static bool IsCursor(string line) =>
        line.StartsWith("s=", StringComparison.Ordinal) && line.Contains(";i=", StringComparison.Ordinal) && !line.Contains(' ');
}
