using ProxSharp.Authentication;
using ProxSharp.Tls;

namespace ProxSharp.Testing;

/// <summary>
/// The real server that the environment names for tests that may run live: <c>PROXSHARP_TEST_PVE</c> or <c>PROXSHARP_TEST_PBS</c> is its address (with
/// <c>_URL</c> behind it too), and the same name with <c>_TOKEN</c>, <c>_FINGERPRINT</c> and others behind it says the rest.
/// </summary>
public sealed class LiveServer
{
    private readonly ProxmoxProduct _product;
    private readonly string _variable;

    /// <summary>Reads the variables of a product.</summary>
    public LiveServer(ProxmoxProduct product)
        => (_product, _variable) = (product, product == ProxmoxProduct.BackupServer ? "PROXSHARP_TEST_PBS" : "PROXSHARP_TEST_PVE");

    /// <summary>True if the environment names a server; else tests have a simulator.</summary>
    public bool IsNamed => Url is not null;

    /// <summary>How a client reaches the server.</summary>
    /// <exception cref="InvalidOperationException">No server is named, or what its name needs is missing.</exception>
    public ProxmoxClientOptions Options => OptionsFor(_product, Url ?? throw Missing(""), Required("FINGERPRINT"), Required("TOKEN"));

    private string? Url => Find("URL") ?? Read(_variable);

    /// <summary>Reads a setting; null if it is not there.</summary>
    public string? Find(string name) => Read($"{_variable}_{name}");

    /// <summary>Makes options for a server, real or simulated, out of an API token in the product's form.</summary>
    public static ProxmoxClientOptions OptionsFor(ProxmoxProduct product, string url, string fingerprint, string token)
    {
        int secret = token.LastIndexOf(product == ProxmoxProduct.BackupServer ? ':' : '=');
        return new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(url, product)],
            Credentials = ProxmoxCredentials.ApiToken(token[..secret], token[(secret + 1)..]),
            Trust = ServerTrust.Pin(fingerprint),
        };
    }

    private static string? Read(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;

    private string Required(string name) => Find(name) ?? throw Missing($"_{name}");

    private InvalidOperationException Missing(string end) => new($"Tests on a real server need {_variable}{end}.");
}
