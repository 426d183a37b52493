using ProxSharp.Ids;

namespace ProxSharp.Pve.Guests;

/// <summary>Where the present state of a guest stands among its snapshots.</summary>
public sealed record GuestSnapshotPosition
{
    /// <summary>The snapshot the present state descends from; null if there is none.</summary>
    public string? Parent { get; init; }

    /// <summary>True if the guest runs.</summary>
    public bool IsRunning { get; init; }

    /// <summary>What the server recognises the present configuration by.</summary>
    public Digest? Digest { get; init; }
}
