namespace ProxSharp.Pve.Monitoring;

/// <summary>Which lines of a node's journal are read.</summary>
public sealed record JournalOptions
{
    /// <summary>The time of the first line; null for any.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The time of the last line; null for any. Not with following.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>How many of the latest lines to read; null reads all since the given time, or 100 if there is none.</summary>
    public int? Last { get; init; }

    /// <summary>The systemd unit, for example <c>pvedaemon</c>; null for all. Servers from 9.1 on.</summary>
    public string? Unit { get; init; }

    /// <summary>Whether new lines are waited for, without end. Default: false.</summary>
    public bool Follow { get; init; }

    /// <summary>The pause between two looks for new lines. Default: 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);
}
