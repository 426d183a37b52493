using ProxSharp;
using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Tls;

namespace Samples;

/// <summary>The client that the environment describes.</summary>
internal static class Connection
{
    /// <summary>What the samples say about it.</summary>
    public const string Help = """
        The environment says where: PVE_URL (https://pve1:8006), PVE_TOKEN (user@realm!name=secret), and PVE_FINGERPRINT (SHA-256) if the certificate
        is not trusted otherwise.
        """;

    /// <summary>Makes it; nothing is sent yet.</summary>
    public static PveClient FromEnvironment()
    {
        string token = Required("PVE_TOKEN");
        int secret = token.LastIndexOf('=');
        return new PveClient(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(Required("PVE_URL"), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(token[..secret], token[(secret + 1)..]),
            Trust = Setting("PVE_FINGERPRINT") is { } fingerprint ? ServerTrust.Pin(fingerprint) : ServerTrust.System,
        });
    }

    private static string Required(string name) => Setting(name) ?? throw new InvalidOperationException($"{name} is not set.");

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
