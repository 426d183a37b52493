using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Storages;

namespace ProxSharp.Pve.Inventory;

/// <summary>What a node told about itself, and what it did not.</summary>
internal sealed record NodeDetails(NodeName Node)
{
    public NodesStatusResult? Status { get; init; }

    public IReadOnlyList<StorageStatus>? Storages { get; init; }

    public IReadOnlyList<PartialFailure> Failures { get; init; } = [];

    /// <summary>Notes a call that failed.</summary>
    public NodeDetails Without(string what, ProxmoxException exception) =>
        this with { Failures = [.. Failures, new PartialFailure(Node.Value, what, exception)] };
}
