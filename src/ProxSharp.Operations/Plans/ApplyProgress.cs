using ProxSharp.Tasks;

namespace ProxSharp.Operations.Plans;

/// <summary>How far the applying of a plan is.</summary>
/// <param name="Done">How many of its calls are done.</param>
/// <param name="Total">How many calls it has.</param>
/// <param name="Call">The call that is under way, secrets masked.</param>
/// <param name="Upid">The task that the call has started; null as long as it has started none.</param>
public sealed record ApplyProgress(int Done, int Total, string Call, string? Upid)
{
    /// <summary>How far the task is, as its log tells; null as long as the log tells nothing.</summary>
    public TaskProgress? Task { get; init; }
}
