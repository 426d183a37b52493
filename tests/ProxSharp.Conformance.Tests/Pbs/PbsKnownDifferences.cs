namespace ProxSharp.Conformance.Tests.Pbs;

/// <summary>The samples of a backup server that the simulator answers differently, and why.</summary>
internal static class PbsKnownDifferences
{
    public static readonly IReadOnlyDictionary<string, string> Reasons = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["admin-GET-nodes-localhost-apt-versions"] = "the recorded server ran without its package manager; every field says unknown",
        ["admin-GET-nodes-localhost-certificates-info"] = "the recorded server has an RSA key, the simulator one on a curve",
        ["admin-GET-nodes-localhost-services"] = "the recorded server ran without systemd",
        ["admin-GET-nodes-localhost-subscription"] = "the recorded server had no host key for its server id",
        ["tasks-list-errors"] = "the official client breaks reader sessions off, which the recorded server counts as errors",
    };
}
