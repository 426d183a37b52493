using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs.Jobs;

/// <summary>The backup servers of this process by their ports, so that one can be the remote of another.</summary>
internal static class RemoteServers
{
    private const int DefaultPort = 8007;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly ConcurrentDictionary<int, Func<PbsState>> s_servers = new();

    public static void Add(int port, Func<PbsState> state) => s_servers[port] = state;

    public static void Remove(int port) => s_servers.TryRemove(port, out _);

    /// <summary>Looks something up on a remote.</summary>
    /// <param name="own">The server that asks.</param>
    /// <param name="name">The remote's name.</param>
    /// <param name="look">What is looked up; called while the remote is locked.</param>
    /// <exception cref="ApiFault">There is no such remote, it cannot be reached, or it refuses the login.</exception>
    public static T Use<T>(PbsState own, string name, Func<PbsState, T> look)
    {
        JsonObject config = own.Collections.Find("/config/remote", name) ?? throw new ApiFault(400, $"no such remote '{name}'");
        string host = Text(config, "host");
        int port = config["port"] is JsonValue number ? int.Parse(ApiCall.TextOf(number), System.Globalization.CultureInfo.InvariantCulture) : DefaultPort;
        ApiFault Failed(string reason) => new(500, $"failed to scan remote '{name}' - remote connection to '{host}' failed - {reason}");
        bool isHere = IPAddress.TryParse(host, out IPAddress? address) ? IPAddress.IsLoopback(address) : host == "localhost";
        if (!isHere || !s_servers.TryGetValue(port, out Func<PbsState>? server))
        {
            throw Failed("error trying to connect: tcp connect error: Connection refused (os error 111)");
        }

        PbsState remote = server();

        // Two servers may be each other's remotes: neither waits for the other forever.
        if (!remote.Gate.TryEnter(s_patience))
        {
            throw Failed("http request timed out");
        }

        try
        {
            return IsWelcome(remote, Text(config, "auth-id"), Text(config, "password")) ? look(remote) : throw Failed("permission check failed.");
        }
        finally
        {
            remote.Gate.Exit();
        }
    }

    private static string Text(JsonObject config, string name) => config[name] is JsonValue value ? ApiCall.TextOf(value) : "";

    private static bool IsWelcome(PbsState remote, string authId, string password)
    {
        string[] parts = authId.Split('!', 2);
        return parts.Length == 2
            ? remote.Directory.FindToken(parts[0], parts[1], password, remote.Now) is not null
            : remote.Directory.Users.TryGetValue(authId, out Access.AccessUser? user) && user.IsUsable(remote.Now) && user.Password == password;
    }
}
