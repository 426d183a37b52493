using ProxSharp.Ids;

namespace ProxSharp.Pve.Tests.Tasks;

/// <summary>A task of a <see cref="StubNodes"/>.</summary>
internal sealed class StubTask(Upid upid)
{
    public Upid Upid { get; } = upid;

    public TimeSpan Duration { get; init; }

    public string Exit { get; init; } = "OK";

    /// <summary>The lines before the closing one.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>False to leave it out of lists, as if it were somebody else's.</summary>
    public bool IsListed { get; init; } = true;

    /// <summary>How often its state lacks the exit status after it has stopped.</summary>
    public int SilentAnswers { get; set; }

    /// <summary>How often the node says that it does not know the task.</summary>
    public int UnknownAnswers { get; set; }

    /// <summary>Set when it was stopped by a call.</summary>
    public DateTimeOffset? StoppedAt { get; set; }

    public string ExitAt => StoppedAt is null ? Exit : "received interrupt";

    public DateTimeOffset EndsAt => StoppedAt ?? Upid.StartTime + Duration;
}
