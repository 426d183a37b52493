namespace ProxSharp.Simulator.Faults;

/// <summary>Describes tasks that shall fail.</summary>
public sealed record TaskFault
{
    /// <summary>The worker type, for example <c>qmclone</c>; null for any.</summary>
    public string? Type { get; init; }

    /// <summary>The object the task works on, for example <c>100</c>; null for any.</summary>
    public string? Id { get; init; }

    /// <summary>The node the task runs on; null for any.</summary>
    public string? Node { get; init; }

    /// <summary>What the task ends with, for example <c>no space left on device</c>.</summary>
    public required string Text { get; init; }

    /// <summary>How many tasks fail before the fault is used up; 1 by default.</summary>
    public int Times { get; init; } = 1;

    internal bool Matches(string type, string id, string node) => (Type ?? type) == type && (Id ?? id) == id && (Node ?? node) == node;
}
