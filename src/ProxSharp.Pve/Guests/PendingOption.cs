using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Guests;

/// <summary>An option of a guest with the change that waits for its next start.</summary>
public sealed record PendingOption
{
    /// <summary>The wire name of the option.</summary>
    public required string Key { get; init; }

    /// <summary>The text that is in force; null if the option is not set.</summary>
    public string? Value { get; init; }

    /// <summary>The text that will be in force; null if none waits.</summary>
    public string? Pending { get; init; }

    /// <summary>True if the option will be removed.</summary>
    public bool IsDeletion { get; init; }

    /// <summary>True if the removal is forced: a disk's volume is destroyed instead of kept as unused.</summary>
    public bool IsForced { get; init; }

    /// <summary>True if a change waits.</summary>
    public bool HasChange => Pending is not null || IsDeletion;

    /// <summary>Returns name and texts; passwords are masked.</summary>
    public override string ToString() =>
        $"{Key}: {Shown(Value)}{(IsDeletion ? " -> removed" : Pending is null ? "" : $" -> {Shown(Pending)}")}";

    internal static IReadOnlyList<PendingOption> Of(IReadOnlyList<NodesLxcPendingItem> items) =>
    [
        // Proxmox: the digest is listed as if it were an option.
        .. items.Where(static item => item.Key != "digest").Select(static item => new PendingOption
        {
            Key = item.Key,
            Value = item.Value,
            Pending = item.Pending,
            IsDeletion = item.Delete is > 0,
            IsForced = item.Delete is 2,
        }),
    ];

    private string Shown(string? value) => value is null ? "(not set)" : GuestSettings.Shown(Key, value);
}
