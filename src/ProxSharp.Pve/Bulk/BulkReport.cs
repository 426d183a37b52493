namespace ProxSharp.Pve.Bulk;

/// <summary>What became of bulk work.</summary>
public sealed record BulkReport
{
    /// <summary>What was done, for example <c>start</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The guests in the order in which they were chosen.</summary>
    public required IReadOnlyList<BulkItem> Items { get; init; }

    /// <summary>The words of the selection that fit no guest.</summary>
    public IReadOnlyList<string> Unmatched { get; init; } = [];

    /// <summary>True if nothing failed and nothing was left out before its turn came.</summary>
    public bool IsSuccess => Items.All(static item => item.Outcome is not (BulkOutcome.Failed or BulkOutcome.NotStarted));

    /// <summary>The guests for which the action failed.</summary>
    public IEnumerable<BulkItem> Failures => Items.Where(static item => item.Outcome == BulkOutcome.Failed);

    /// <summary>How many guests had an outcome.</summary>
    /// <param name="outcome">The outcome.</param>
    public int Count(BulkOutcome outcome) => Items.Count(item => item.Outcome == outcome);

    /// <summary>Returns the report if nothing failed, and throws otherwise.</summary>
    /// <exception cref="BulkFailedException">The action failed for a guest, or was not started for it after a failure.</exception>
    public BulkReport EnsureSucceeded() => IsSuccess ? this : throw new BulkFailedException(this);

    /// <summary>Returns the action and how many guests had which outcome.</summary>
    public override string ToString() => $"{Action}: " + (Items.Count == 0
        ? "no guests"
        : string.Join(", ", Items
            .GroupBy(static item => item.Outcome)
            .OrderBy(static group => (int)group.Key)
            .Select(static group => FormattableString.Invariant($"{group.Count()} {group.Key}"))));
}
