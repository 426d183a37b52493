namespace ProxSharp.Operations;

/// <summary>What the freeze switch says.</summary>
/// <param name="Until">Until when it lasts; null if until somebody lifts it.</param>
/// <param name="Reason">Why; null if nobody said.</param>
public sealed record FreezeState(DateTimeOffset? Until, string? Reason)
{
    /// <summary>Says it in a sentence.</summary>
    internal string Describe() => $"Changes are frozen{(Until is { } time ? $" until {time:u}" : "")}{(Reason is { } reason ? $": {reason}" : "")}.";
}
