namespace ProxSharp.Pve.Fleets;

/// <summary>What came of work on the clusters of a fleet: a cluster that fails does not touch the others.</summary>
/// <typeparam name="T">What the work gives for one cluster.</typeparam>
public sealed class FleetResult<T>
{
    internal FleetResult(IReadOnlyList<FleetItem<T>> items) => Items = items;

    /// <summary>The clusters in the order of their names.</summary>
    public IReadOnlyList<FleetItem<T>> Items { get; }

    /// <summary>The clusters on which the work was done.</summary>
    public IEnumerable<FleetItem<T>> Succeeded => Items.Where(static item => item.Succeeded);

    /// <summary>The clusters on which it failed.</summary>
    public IEnumerable<FleetItem<T>> Failures => Items.Where(static item => !item.Succeeded);

    /// <summary>True if no cluster failed.</summary>
    public bool IsSuccess => Items.All(static item => item.Succeeded);

    /// <summary>What came of one cluster.</summary>
    /// <exception cref="KeyNotFoundException">The cluster was not part of the work.</exception>
    public FleetItem<T> this[string cluster] => Items.FirstOrDefault(item => string.Equals(item.Cluster, cluster, StringComparison.OrdinalIgnoreCase))
        ?? throw new KeyNotFoundException(
            $"There is no cluster '{cluster}' in the result; there are {string.Join(", ", Items.Select(static item => item.Cluster))}.");
}
