namespace ProxSharp.Simulator.State;

/// <summary>A resource pool.</summary>
internal sealed class ResourcePool(string id)
{
    public string Id { get; } = id;

    public string? Comment { get; set; }

    public SortedSet<string> Storages { get; } = new(StringComparer.Ordinal);
}
