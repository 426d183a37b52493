using ProxSharp.Ids;

namespace ProxSharp.Tasks;

/// <summary>Reads the last lines of a log.</summary>
internal static class TaskLogTail
{
    // Most logs are shorter than this, and then one call suffices: only answers tell how long a log is.
    private const int FirstPage = 50;

    /// <summary>Reads lines.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive; thrown at once.</exception>
    public static Task<IReadOnlyList<string>> ReadAsync(TaskServer server, Upid upid, int lines, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lines);
        return ReadLastAsync(server, upid, lines, cancellationToken);
    }

    /// <inheritdoc cref="ReadAsync"/>
    public static IReadOnlyList<string> Read(TaskServer server, Upid upid, int lines, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lines);
        TaskLogPage page = server.ReadLog(upid, 0, Math.Max(lines, FirstPage), cancellationToken);
        if (StartOfTail(page, lines) is { } start)
        {
            page = server.ReadLog(upid, start, lines, cancellationToken);
        }

        return Last(page, lines);
    }

    private static async Task<IReadOnlyList<string>> ReadLastAsync(TaskServer server, Upid upid, int lines, CancellationToken cancellationToken)
    {
        TaskLogPage page = await server.ReadLogAsync(upid, 0, Math.Max(lines, FirstPage), cancellationToken).ConfigureAwait(false);
        if (StartOfTail(page, lines) is { } start)
        {
            page = await server.ReadLogAsync(upid, start, lines, cancellationToken).ConfigureAwait(false);
        }

        return Last(page, lines);
    }

    private static long? StartOfTail(TaskLogPage page, int lines) => page.Total > page.Lines.Count ? page.Total - lines : null;

    private static IReadOnlyList<string> Last(TaskLogPage page, int lines) =>
        [.. new TaskLogCursor().Take(page).TakeLast(lines).Select(static line => line.Text)];
}
