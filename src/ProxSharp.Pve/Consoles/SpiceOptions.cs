using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Consoles;

/// <summary>How a SPICE connection is asked for.</summary>
public sealed record SpiceOptions
{
    /// <summary>The host name or address under which the viewer reaches the cluster; null takes the full name of the node.</summary>
    public string? Proxy { get; init; }

    /// <summary>
    /// The program to run in the shell of a node; null for a login. Only for nodes, and all but the login only for <c>root@pam</c>.
    /// </summary>
    public ConsoleCommand? Command { get; init; }

    /// <summary>The arguments of <see cref="Command"/>. Default: none.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];
}
