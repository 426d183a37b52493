namespace ProxSharp.Monitoring;

/// <summary>Knows from the answers about a journal where in it the reading is.</summary>
internal sealed class JournalPlace
{
    private string? _lastLine;

    /// <summary>The cursor of the last line that was read; null before the first answer.</summary>
    public string? Cursor { get; private set; }

    /// <summary>Takes the lines out of an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="follow">Whether the reading will go on from its end.</param>
    /// <exception cref="ProxmoxProtocolException">The reading is to go on, and the answer does not tell where.</exception>
    /// <remarks>Proxmox: the first and the last line of an answer are cursors.</remarks>
    public IReadOnlyList<string> Take(IReadOnlyList<string> answer, bool follow)
    {
        List<string> lines = [.. answer.Where(static line => !IsCursor(line))];

        // Proxmox: an answer may begin with the line at the cursor, which was the last one of the answer before.
        if (Cursor is not null && answer.Count > 0 && answer[0] == Cursor && lines.Count > 0 && lines[0] == _lastLine)
        {
            lines.RemoveAt(0);
        }

        _lastLine = lines.Count > 0 ? lines[^1] : _lastLine;
        if (answer.Count > 0 && IsCursor(answer[^1]))
        {
            Cursor = answer[^1];
        }
        else if (answer.Count > 0 && follow)
        {
            throw new ProxmoxProtocolException("The journal cannot be followed: the server does not tell where its answer ends.");
        }

        return lines;
    }

    private static bool IsCursor(string line) =>
        line.StartsWith("s=", StringComparison.Ordinal) && line.Contains(";i=", StringComparison.Ordinal) && !line.Contains(' ');
}
