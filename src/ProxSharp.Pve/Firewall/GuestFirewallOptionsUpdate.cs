using ProxSharp.Api;
using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Firewall;

/// <summary>What to change in the firewall options of a guest. What is null stays as it is.</summary>
public sealed class GuestFirewallOptionsUpdate : ApiRequest
{
    /// <summary>Whether the firewall is on.</summary>
    public bool? Enable { get; init; }

    /// <summary>Whether DHCP traffic of the guest passes.</summary>
    public bool? Dhcp { get; init; }

    /// <summary>Whether the guest may send only from the addresses set for its interfaces.</summary>
    public bool? IpFilter { get; init; }

    /// <summary>Whether the guest may send only with its own MAC addresses.</summary>
    public bool? MacFilter { get; init; }

    /// <summary>Whether the neighbour discovery of IPv6 passes.</summary>
    public bool? Ndp { get; init; }

    /// <summary>Whether the guest may send router advertisements.</summary>
    public bool? Radv { get; init; }

    /// <summary>What happens to incoming packets that no rule matches.</summary>
    public FirewallPolicy? PolicyIn { get; init; }

    /// <summary>What happens to outgoing packets that no rule matches.</summary>
    public FirewallPolicy? PolicyOut { get; init; }

    /// <summary>How incoming packets are logged.</summary>
    public FirewallLogLevel? LogLevelIn { get; init; }

    /// <summary>How outgoing packets are logged.</summary>
    public FirewallLogLevel? LogLevelOut { get; init; }

    /// <summary>The options to set back to their defaults, by wire name.</summary>
    public IReadOnlyList<string> Delete { get; init; } = [];

    /// <summary>The digest of the options as they were read: the call fails if they have changed since.</summary>
    public string? Digest { get; init; }

    /// <inheritdoc/>
    protected override void Write(ApiParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        parameters.Add("enable", Enable);
        parameters.Add("dhcp", Dhcp);
        parameters.Add("ipfilter", IpFilter);
        parameters.Add("macfilter", MacFilter);
        parameters.Add("ndp", Ndp);
        parameters.Add("radv", Radv);
        parameters.Add("policy_in", PolicyIn);
        parameters.Add("policy_out", PolicyOut);
        parameters.Add("log_level_in", LogLevelIn);
        parameters.Add("log_level_out", LogLevelOut);
        parameters.Add("delete", Delete.Count > 0 ? string.Join(',', Delete) : null);
        parameters.Add("digest", Digest);
    }
}
