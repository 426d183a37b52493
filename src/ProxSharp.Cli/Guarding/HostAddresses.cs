using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ProxSharp.Cli.Contexts;
using ProxSharp.Mcp.Policies;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Guarding;

/// <summary>
/// Tells whether two names lead to the same server. Whoever answers could answer otherwise the next time, so that this finds a policy where the names found
/// none, and never takes one away.
/// </summary>
/// <param name="lookUp">Looks a name up.</param>
internal sealed class HostAddresses(Func<string, IPAddress[]> lookUp)
{
    private readonly ConcurrentDictionary<string, string[]> _known = new(StringComparer.Ordinal);

    /// <summary>True if both have a port and an address behind their names in common.</summary>
    public bool AreSame(ServerContext one, ServerContext other) =>
        one.Endpoints.Any(mine => other.Endpoints.Any(theirs => mine.Port == theirs.Port && Of(mine).Intersect(Of(theirs)).Any()));

    private string[] Of(ProxmoxEndpoint endpoint) => _known.GetOrAdd(HostNames.Normalize(endpoint.Host), Find);

    private string[] Find(string name)
    {
        try
        {
            return [.. (IPAddress.TryParse(name, out IPAddress? address) ? [address] : lookUp(name)).Select(Spell).Distinct(StringComparer.Ordinal)];
        }
        catch (SocketException)
        {
            // No address is behind the name: no call gets there by it either.
            return [];
        }
    }

    // This machine has the address of its card and that of the loopback.
    private static string Spell(IPAddress address) => HostNames.Normalize((IsOwn(address) ? IPAddress.Loopback : address).ToString());

    private static bool IsOwn(IPAddress address)
    {
        try
        {
            using Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
