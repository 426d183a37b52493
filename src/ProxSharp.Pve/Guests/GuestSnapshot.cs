namespace ProxSharp.Pve.Guests;

/// <summary>A snapshot of a guest.</summary>
public sealed record GuestSnapshot
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The text that describes it; empty if there is none.</summary>
    public string Description { get; init; } = "";

    /// <summary>When it was taken, in whole seconds of the server's clock.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The snapshot it descends from; null for a root.</summary>
    public string? Parent { get; init; }

    /// <summary>True if the memory of the VM was saved too.</summary>
    public bool HasMemory { get; init; }
}
