using ProxSharp.Ids;

namespace ProxSharp.Pve.Firewall;

/// <summary>A security group in a list.</summary>
/// <param name="Name">The name.</param>
/// <param name="Comment">A remark; null if there is none.</param>
/// <param name="Digest">The digest of the list when it was read.</param>
public sealed record FirewallGroupInfo(string Name, string? Comment, Digest? Digest);
