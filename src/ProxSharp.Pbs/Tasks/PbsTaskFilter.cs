using ProxSharp.Ids;
using ProxSharp.Pbs.Api;
using ProxSharp.Tasks;

namespace ProxSharp.Pbs.Tasks;

/// <summary>Which tasks of the server to list. Immutable: make a changed copy with <c>with</c>.</summary>
public sealed record PbsTaskFilter
{
    /// <summary>All tasks, running and ended.</summary>
    public static PbsTaskFilter All { get; } = new();

    /// <summary>Only tasks that run.</summary>
    public static PbsTaskFilter Running { get; } = new() { RunningOnly = true };

    /// <summary>Only tasks that failed.</summary>
    public static PbsTaskFilter Failed { get; } = new() { ErrorsOnly = true };

    /// <summary>Only tasks that run. Default: false.</summary>
    public bool RunningOnly { get; init; }

    /// <summary>Only tasks that did not end with <c>OK</c>. Default: false.</summary>
    public bool ErrorsOnly { get; init; }

    /// <summary>Only tasks that started then or later; null (the default) for all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only tasks that started then or earlier; null (the default) for all.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only tasks whose type contains this text, for example <c>backup</c>; null (the default) for all.</summary>
    public string? Type { get; init; }

    /// <summary>Only tasks of users whose name contains this text; null (the default) for all.</summary>
    public string? User { get; init; }

    /// <summary>Only tasks of this datastore; null (the default) for all.</summary>
    public DatastoreName? Datastore { get; init; }

    /// <summary>Only tasks that ended in one of these ways; null or empty (the default) for all.</summary>
    public IReadOnlyList<TaskOutcome>? Outcomes { get; init; }

    /// <summary>How many tasks are asked for with one call. Default: 500.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Makes the request for a page.</summary>
    internal NodesTasksListRequest Page(long start) => new()
    {
        Running = RunningOnly ? true : null,
        Errors = ErrorsOnly ? true : null,
        Since = Since?.ToUnixTimeSeconds(),
        Until = Until?.ToUnixTimeSeconds(),
        Typefilter = Type,
        Userfilter = User,
        Store = Datastore?.Value,
        StatusFilter = Outcomes is { Count: > 0 } outcomes ? [.. outcomes.Select(Word)] : null,
        Start = start,
        Limit = PageSize,
    };

    /// <summary>Finds values that cannot work.</summary>
    internal PbsTaskFilter Checked()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(PageSize);
        return this;
    }

    private static TaskStatusFilter Word(TaskOutcome outcome) => outcome switch
    {
        TaskOutcome.Succeeded => TaskStatusFilter.Ok,
        TaskOutcome.Warnings => TaskStatusFilter.Warning,
        TaskOutcome.Failed => TaskStatusFilter.Error,
        _ => TaskStatusFilter.Unknown,
    };
}
