namespace ProxSharp.Http;

/// <summary>One row of the error table.</summary>
/// <param name="Name">A name for tests and readers.</param>
/// <param name="Status">The status code; 0 for any.</param>
/// <param name="Pattern">
/// What the server's text looks like: parts in order, <c>*</c> between them, anything before and after; upper and lower case are the same.
/// </param>
/// <param name="Kind">The exception.</param>
internal sealed record ErrorRule(string Name, int Status, string Pattern, ErrorKind Kind)
{
    private readonly string[] _parts = Pattern.Split('*', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The highest status code of a range that starts with <see cref="Status"/>; 0 for a single code.</summary>
    public int LastStatus { get; init; }

    /// <summary>True if the same call may succeed later.</summary>
    public bool IsTransient { get; init; }

    /// <summary>True if something holds a lock: such calls were not carried out and are repeated on request.</summary>
    public bool IsBusy { get; init; }

    /// <summary>True if the client makes a read again by itself: the failure passes quickly, and asking again costs little.</summary>
    public bool RepeatsReads { get; init; }

    /// <summary>True if the call may have been carried out nevertheless.</summary>
    public bool OutcomeUnknown { get; init; }

    /// <summary>The next step for the reader; empty if there is none that always fits.</summary>
    public string Hint { get; init; } = "";

    /// <summary>The next step after a read, where it is another one; null for <see cref="Hint"/>.</summary>
    public string? ReadHint { get; init; }

    /// <summary>Tells whether an answer matches.</summary>
    public bool Matches(int status, string text) => MatchesStatus(status) && MatchesText(text);

    private bool MatchesStatus(int status) => Status == 0 || status == Status || (status > Status && status <= LastStatus);

    private bool MatchesText(string text)
    {
        int from = 0;
        foreach (string part in _parts)
        {
            int at = text.IndexOf(part, from, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return false;
            }

            from = at + part.Length;
        }

        return true;
    }
}
