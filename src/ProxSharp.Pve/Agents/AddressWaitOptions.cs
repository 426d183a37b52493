namespace ProxSharp.Pve.Agents;

/// <summary>How to wait for the address of a guest.</summary>
public sealed record AddressWaitOptions
{
    /// <summary>Which address is wanted. Default: IPv4, else IPv6.</summary>
    public AddressPreference Preference { get; init; }

    /// <summary>The name of the interface inside the guest; null (the default) takes any.</summary>
    public string? Interface { get; init; }

    /// <summary>How long to wait at most. Default: 5 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The pause between two looks. Default: 2 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);
}
