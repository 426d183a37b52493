using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace ProxSharp.Testing;

/// <summary>How a stub server behaves.</summary>
public sealed record StubServerOptions
{
    /// <summary>False for plain HTTP.</summary>
    public bool UseTls { get; init; } = true;

    /// <summary>Where it listens; by default the loopback address and any free port.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The certificate to present, with its private key; null for the shared self-signed one.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Decides what becomes of a connection from its number, which counts from 1.</summary>
    public Func<int, StubFate> Fate { get; init; } = static _ => StubFate.Serve;

    /// <summary>
    /// Closes a connection when it has carried so many requests, and says <c>Connection: close</c> in the last answer, as Proxmox VE does after
    /// 100; 0 for no limit.
    /// </summary>
    public int RequestsPerConnection { get; init; }
}
