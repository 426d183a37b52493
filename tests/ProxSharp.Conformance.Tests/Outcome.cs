namespace ProxSharp.Conformance.Tests;

/// <summary>What the replay of one sample showed.</summary>
/// <param name="Name">The sample.</param>
/// <param name="Differences">Where the simulator's answer differs; empty if it does not.</param>
internal sealed record Outcome(string Name, IReadOnlyList<string> Differences)
{
    public bool IsEqual => Differences.Count == 0;
}
