namespace ProxSharp.Pbs.Monitoring;

/// <summary>Which lines of the server's journal are read. Immutable: make a changed copy with <c>with</c>.</summary>
public sealed record JournalOptions
{
    /// <summary>The time of the first line; null (the default) for any.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The time of the last line; null (the default) for any. Not with following.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>How many of the latest lines to read; null (the default) reads all since the given time, or 100 if there is none.</summary>
    public int? Last { get; init; }

    /// <summary>Whether new lines are waited for, without end. Default: false.</summary>
    public bool Follow { get; init; }

    /// <summary>The pause between two looks for new lines. Default: 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);
}
