namespace ProxSharp.Tasks;

/// <summary>A part of a task's log.</summary>
/// <param name="Lines">The lines.</param>
/// <param name="Total">How many lines the log has so far; null if the server did not say.</param>
/// <param name="IsActive">Whether the task still ran when the lines were read; null if the server did not say.</param>
internal sealed record TaskLogPage(IReadOnlyList<TaskLogLine> Lines, long? Total, bool? IsActive = null);
