namespace ProxSharp.Pve.Guests;

/// <summary>Which state of a configuration is read.</summary>
public sealed record GuestConfigReadOptions
{
    /// <summary>True for the values that are in force now; otherwise (the default) pending changes are included.</summary>
    public bool Current { get; init; }

    /// <summary>The snapshot whose configuration is read; null for the present one.</summary>
    public string? Snapshot { get; init; }
}
