namespace ProxSharp.Simulator.Tasks;

/// <summary>Describes a task that is to be started.</summary>
/// <param name="Node">The node it runs on.</param>
/// <param name="Type">The worker type, for example <c>qmstart</c>.</param>
/// <param name="Id">The object it works on; empty if there is none.</param>
/// <param name="Owner">The user or token that starts it.</param>
internal sealed record TaskRequest(string Node, string Type, string Id, string Owner)
{
    /// <summary>How many times the usual duration it takes.</summary>
    public double Effort { get; init; } = 1;

    /// <summary>How long it takes whatever the usual duration is; null if <see cref="Effort"/> decides.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>When it starts; null for now. A moment of the past is for what nobody looked at when it was due.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    public IReadOnlyList<string> Lines { get; init; } = [];

    public Action<SimulatedTask>? Work { get; init; }

    public Action? OnAbort { get; init; }
}
