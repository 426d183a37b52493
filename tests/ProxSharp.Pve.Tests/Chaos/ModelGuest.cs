using ProxSharp.Ids;

namespace ProxSharp.Pve.Tests.Chaos;

/// <summary>What a guest must be like.</summary>
internal sealed record ModelGuest(VmId Id, string Name, string Node)
{
    public bool IsRunning { get; init; }

    public string Description { get; init; } = "";

    public IReadOnlyList<string> Snapshots { get; init; } = [];

    public override string ToString() =>
        $"{Id} {Name} on {Node}, {(IsRunning ? "running" : "stopped")}, '{Description}', snapshots [{string.Join(' ', Snapshots.Order(StringComparer.Ordinal))}]";
}
