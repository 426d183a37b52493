using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Declare;

/// <summary>A difference between what a file says and what is there.</summary>
/// <param name="Section">The part of the file.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Action"><c>create</c>, <c>change</c>, <c>delete</c>, or <c>missing</c> for what the tool does not make.</param>
internal sealed record StateChange(string Section, string Subject, string Action)
{
    /// <summary>The keys that differ: their values now and as the file says; null where there is none.</summary>
    public IReadOnlyList<(string Key, string? From, string? To)> Keys { get; init; } = [];

    /// <summary>The call that makes it so; null if there is none.</summary>
    public PlannedCall? Call { get; init; }
}
