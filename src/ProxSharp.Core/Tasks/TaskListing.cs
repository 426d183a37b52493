namespace ProxSharp.Tasks;

/// <summary>What a list of tasks told about those that matter.</summary>
/// <param name="States">The states of the wanted tasks that are on the list, by id.</param>
/// <param name="IsComplete">False if the server has more entries than it gave.</param>
internal sealed record TaskListing(IReadOnlyDictionary<string, TaskState> States, bool IsComplete);
