using ProxSharp.Ids;

namespace ProxSharp.Pve.Firewall;

/// <summary>A name for an address or a network.</summary>
public sealed record FirewallAlias
{
    /// <summary>The name, 2 to 64 characters. The server keeps it in lower case.</summary>
    public required string Name { get; init; }

    /// <summary>The address or network it stands for.</summary>
    public required string Cidr { get; init; }

    /// <summary>A remark.</summary>
    public string? Comment { get; init; }

    /// <summary>4 or 6; null in an alias that was not read. Never sent.</summary>
    public int? IpVersion { get; init; }

    /// <summary>The digest of the list of aliases when it was read. Not sent when the alias is created.</summary>
    public Digest? Digest { get; init; }
}
