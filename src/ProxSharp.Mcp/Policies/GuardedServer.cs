using ProxSharp.Tls;

namespace ProxSharp.Mcp.Policies;

/// <summary>What tells whether two contexts are for the same server.</summary>
/// <param name="Name">The name of the context, or the address where there is none.</param>
/// <param name="Endpoints">The addresses.</param>
/// <param name="Fingerprints">The certificates that are pinned.</param>
internal sealed record GuardedServer(string Name, IReadOnlyList<ProxmoxEndpoint> Endpoints, IReadOnlyList<CertificateFingerprint> Fingerprints)
{
    /// <summary>True if both have an address or a pinned certificate in common.</summary>
    public bool IsSameAs(GuardedServer other) =>
        Endpoints.Any(mine => other.Endpoints.Any(theirs => mine.Port == theirs.Port && HostNames.Normalize(mine.Host) == HostNames.Normalize(theirs.Host)))
        || Fingerprints.Any(other.Fingerprints.Contains);

    /// <summary>True if this one has all addresses and pinned certificates of the other.</summary>
    public bool Covers(GuardedServer other) => other.Endpoints.All(theirs =>
            Endpoints.Any(mine => mine.Port == theirs.Port && HostNames.Normalize(mine.Host) == HostNames.Normalize(theirs.Host)))
        && other.Fingerprints.All(Fingerprints.Contains);
}
