using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Fleets;

/// <summary>A guest of a fleet.</summary>
/// <param name="Cluster">The name of its cluster.</param>
/// <param name="Summary">The guest as its cluster lists it.</param>
/// <param name="Guest">Its handle.</param>
public sealed record FleetGuest(string Cluster, GuestSummary Summary, Guest Guest)
{
    /// <summary>Returns the cluster and the guest.</summary>
    public override string ToString() => $"{Cluster}: {Summary}";
}
