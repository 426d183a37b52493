using System.Diagnostics.CodeAnalysis;

namespace ProxSharp.Pve.Fleets;

/// <summary>What came of work on one cluster of a fleet.</summary>
/// <typeparam name="T">What the work gives.</typeparam>
public sealed class FleetItem<T>
{
    internal FleetItem(string cluster, T? value, ProxmoxException? error) => (Cluster, Value, Error) = (cluster, value, error);

    /// <summary>The name of the cluster.</summary>
    public string Cluster { get; }

    /// <summary>What the work gave; the default if it failed.</summary>
    public T? Value { get; }

    /// <summary>Why it failed; null if it did not.</summary>
    public ProxmoxException? Error { get; }

    /// <summary>True if the work was done.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    /// <summary>Returns the cluster, and why it failed if it did.</summary>
    public override string ToString() => Error is null ? Cluster : $"{Cluster}: {Error.Message}";
}
