namespace ProxSharp.Tasks;

/// <summary>Where in a log the reading stands.</summary>
internal sealed class TaskLogCursor
{
    /// <summary>How many lines are asked for at once.</summary>
    public const int PageSize = 500;

    private const string NoContent = "no content";

    /// <summary>How many lines were read.</summary>
    public long Position { get; private set; }

    /// <summary>True if the last page was full, so that more lines may be there already.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Takes a page that was read at <see cref="Position"/> and returns the lines that are new.</summary>
    public IReadOnlyList<TaskLogLine> Take(TaskLogPage page)
    {
        HasMore = page.Lines.Count >= PageSize;
        // Proxmox: a log that is still empty is answered with this one line, which is not in it.
        if (Position == 0 && page.Lines is [{ Text: NoContent }])
        {
            return [];
        }

        Position += page.Lines.Count;
        return page.Lines;
    }
}
