namespace ProxSharp.Tasks;

/// <summary>Which tasks of a node a list is wanted of.</summary>
/// <param name="Since">The earliest start; null for running tasks only, whenever they started.</param>
/// <param name="Limit">How many entries at most.</param>
/// <param name="Wanted">The ids that matter; other entries are skipped.</param>
internal sealed record TaskListQuery(DateTimeOffset? Since, int Limit, IReadOnlySet<string> Wanted);
