namespace ProxSharp.Operations;

/// <summary>A guest that was taken out of service: what the ledger knows about that, and whether it may go.</summary>
public sealed class RetiredGuest
{
    internal RetiredGuest(int vmid, string name, string node) => (Vmid, Name, Node) = (vmid, name, node);

    /// <summary>Its number.</summary>
    public int Vmid { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The node that it is on.</summary>
    public string Node { get; }

    /// <summary>The number of the entry in the ledger; null if the ledger knows of no retirement.</summary>
    public long? LedgerNumber { get; internal init; }

    /// <summary>When it was retired; null if the ledger knows of no retirement.</summary>
    public DateTimeOffset? Retired { get; internal init; }

    /// <summary>The first day, in UTC, on which it may be purged; null if the ledger knows of no retirement.</summary>
    public DateOnly? DueFrom { get; internal init; }

    /// <summary>True if it may be purged now: the day has come and nothing is against it.</summary>
    public bool IsDue { get; internal init; }

    /// <summary>Why it is not purged, whatever day it is; null for no reason.</summary>
    public string? Objection { get; internal init; }
}
