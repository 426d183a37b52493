using ProxSharp.Ids;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve.Backups;

/// <summary>Which guests of a node are backed up.</summary>
public sealed record BackupSelection
{
    private BackupSelection()
    {
    }

    internal string? Guests { get; private init; }

    internal string? Excluded { get; private init; }

    internal string? PoolId { get; private init; }

    internal bool IsAll { get; private init; }

    /// <summary>These guests; those on other nodes are passed over.</summary>
    /// <param name="guests">The guests, at least one.</param>
    /// <exception cref="ArgumentException">No guest is given.</exception>
    public static BackupSelection Of(params IEnumerable<VmId> guests)
    {
        string list = WireValues.Join(guests)!;
        return list.Length > 0 ? new BackupSelection { Guests = list } : throw new ArgumentException("Name at least one guest.", nameof(guests));
    }

    /// <summary>All guests of the node but these.</summary>
    /// <param name="except">The guests to leave out; none for all.</param>
    public static BackupSelection All(params IEnumerable<VmId> except) => new() { IsAll = true, Excluded = WireValues.Join(except) is { Length: > 0 } list ? list : null };

    /// <summary>The guests of a resource pool that are on the node.</summary>
    /// <param name="poolId">The pool.</param>
    public static BackupSelection Pool(string poolId)
    {
        ArgumentException.ThrowIfNullOrEmpty(poolId);
        return new BackupSelection { PoolId = poolId };
    }

    /// <summary>Returns what is selected.</summary>
    public override string ToString() => (Guests, PoolId, Excluded) switch
    {
        ({ } guests, _, _) => $"guests {guests}",
        (_, { } pool, _) => $"pool {pool}",
        (_, _, { } excluded) => $"all guests but {excluded}",
        _ => "all guests",
    };
}
