using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Tasks;

namespace ProxSharp.Pve.Tasks;

/// <summary>Which tasks of a node to list. Immutable: make a changed copy with <c>with</c>.</summary>
public sealed record PveTaskFilter
{
    /// <summary>All tasks, running and ended.</summary>
    public static PveTaskFilter All { get; } = new();

    /// <summary>Only tasks that run.</summary>
    public static PveTaskFilter Running { get; } = new() { Source = TaskSource.Active };

    /// <summary>Only tasks that failed.</summary>
    public static PveTaskFilter Failed { get; } = new() { ErrorsOnly = true };

    /// <summary>Running tasks, ended tasks, or both. Default: both.</summary>
    public TaskSource Source { get; init; } = TaskSource.All;

    /// <summary>Only tasks that started then or later; null (the default) for all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only tasks that started then or earlier; null (the default) for all.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only tasks of this type, for example <c>qmstart</c>; null (the default) for all.</summary>
    public string? Type { get; init; }

    /// <summary>Only tasks of users whose name contains this text, regardless of case; null (the default) for all.</summary>
    public string? User { get; init; }

    /// <summary>Only tasks of this guest; null (the default) for all.</summary>
    public VmId? VmId { get; init; }

    /// <summary>Only tasks that ended in one of these ways; null or empty (the default) for all.</summary>
    public IReadOnlyList<TaskOutcome>? Outcomes { get; init; }

    /// <summary>Only tasks that ended with an error. Default: false.</summary>
    public bool ErrorsOnly { get; init; }

    /// <summary>How many tasks are asked for with one call. Default: 500.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Makes the request for a page.</summary>
    internal NodesTasksListRequest Page(long start) => new()
    {
        Source = Source,
        Since = Since?.ToUnixTimeSeconds(),
        Until = Until?.ToUnixTimeSeconds(),
        Typefilter = Type,
        Userfilter = User,
        VmId = VmId?.Value,
        StatusFilter = Outcomes is { Count: > 0 } outcomes ? string.Join(',', outcomes.Select(Word)) : null,
        Errors = ErrorsOnly ? true : null,
        Start = start,
        Limit = PageSize,
    };

    /// <summary>Finds values that cannot work.</summary>
    internal PveTaskFilter Checked()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(PageSize);
        return this;
    }

    private static string Word(TaskOutcome outcome) => outcome switch
    {
        TaskOutcome.Succeeded => "ok",
        TaskOutcome.Warnings => "warning",
        TaskOutcome.Failed => "error",
        _ => "unknown",
    };
}
