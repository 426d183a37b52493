namespace ProxSharp.Simulator.Guests;

/// <summary>A snapshot of a guest.</summary>
/// <param name="Name">The name.</param>
/// <param name="Created">Unix seconds.</param>
/// <param name="Parent">The snapshot it was made after; null for the first one.</param>
/// <param name="WithMemory">True if the memory was saved too.</param>
/// <param name="Config">The options at that time.</param>
internal sealed record GuestSnapshot(string Name, long Created, string? Parent, bool WithMemory, IReadOnlyDictionary<string, string> Config)
{
    public string Description { get; set; } = "";
}
