using ProxSharp.Ids;

namespace ProxSharp.Pve.Firewall;

/// <summary>An entry of an IP set.</summary>
public sealed record FirewallIpSetEntry
{
    /// <summary>The address, network or alias.</summary>
    public required string Cidr { get; init; }

    /// <summary>True if these addresses are taken out of the set although another entry holds them. Default: false.</summary>
    public bool IsExcluded { get; init; }

    /// <summary>A remark.</summary>
    public string? Comment { get; init; }

    /// <summary>The digest of the set when it was read. Not sent when the entry is added.</summary>
    public Digest? Digest { get; init; }
}
