using ProxSharp.Api;

namespace ProxSharp.Pve.Firewall;

/// <summary>Which lines of a firewall's log are read.</summary>
public sealed record FirewallLogOptions
{
    /// <summary>The number of the first line, from 0; null begins at the start.</summary>
    public int? Start { get; init; }

    /// <summary>How many lines to read at most; null leaves it to the server (50).</summary>
    public int? Limit { get; init; }

    /// <summary>The time of the first line; null for any.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The time of the last line; null for any.</summary>
    public DateTimeOffset? Until { get; init; }

    internal void WriteTo(ApiParameters parameters)
    {
        parameters.Add("limit", (long?)Limit);
        parameters.Add("since", Since?.ToUnixTimeSeconds());
        parameters.Add("start", (long?)Start);
        parameters.Add("until", Until?.ToUnixTimeSeconds());
    }
}
