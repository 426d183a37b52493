namespace ProxSharp.Pve.Fleets;

/// <summary>The guests of a fleet that fit a search.</summary>
/// <param name="Guests">The guests, by cluster and number.</param>
/// <param name="Unmatched">The words of the search that fit no guest in any cluster that answered.</param>
/// <param name="Failures">The clusters that could not be asked, and why: they may hold further guests.</param>
public sealed record FleetSearch(IReadOnlyList<FleetGuest> Guests, IReadOnlyList<string> Unmatched, IReadOnlyDictionary<string, ProxmoxException> Failures)
{
    /// <summary>True if all clusters answered.</summary>
    public bool IsComplete => Failures.Count == 0;
}
