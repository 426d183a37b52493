namespace ProxSharp.Pve.Inventory;

/// <summary>A call for an inventory that failed; the rest of the inventory is there.</summary>
/// <param name="Source">What was asked: a node, or <c>cluster</c>.</param>
/// <param name="Action">What was asked for, for example <c>status</c>.</param>
/// <param name="Exception">Why it failed.</param>
public sealed record PartialFailure(string Source, string Action, ProxmoxException Exception)
{
    /// <summary>Returns what failed and why.</summary>
    public override string ToString() => $"{Source}, {Action}: {Exception.Message}";
}
