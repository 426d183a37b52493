using ProxSharp.Authentication;
using ProxSharp.Tls;

namespace ProxSharp.Client.Tests;

/// <summary>
/// The server a class of tests talks to: a simulator, or the real server that the environment names. Tests behind it only read, because the
/// server may be somebody's.
/// </summary>
public abstract class ServerUnderTest : IAsyncLifetime
{
    private readonly string _variables;

    private protected ServerUnderTest(string variables) => _variables = variables;

    /// <summary>True if the server is a real one.</summary>
    public bool IsLive => Setting("URL") is not null;

    /// <summary>The client under test.</summary>
    public abstract ProxmoxClient Client { get; }

    /// <summary>How the client under test reaches the server.</summary>
    public ProxmoxClientOptions Options { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        (string url, string fingerprint, string token) = IsLive
            ? (Setting("URL")!, Required("FINGERPRINT"), Required("TOKEN"))
            : await StartSimulatorAsync();
        int secret = token.LastIndexOf(Product == ProxmoxProduct.BackupServer ? ':' : '=');
        Options = new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(url, Product)],
            Credentials = ProxmoxCredentials.ApiToken(token[..secret], token[(secret + 1)..]),
            Trust = ServerTrust.Pin(fingerprint),
        };
        Connect(Options);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await StopSimulatorAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract ProxmoxProduct Product { get; }

    private protected abstract void Connect(ProxmoxClientOptions options);

    /// <summary>Starts the simulator; gives its address, fingerprint and an API token in the product's form.</summary>
    private protected abstract Task<(string Url, string Fingerprint, string Token)> StartSimulatorAsync();

    private protected abstract ValueTask StopSimulatorAsync();

    private string? Setting(string name) => Environment.GetEnvironmentVariable($"PROXSHARP_TEST_{_variables}_{name}") is { Length: > 0 } value ? value : null;

    private string Required(string name) =>
        Setting(name) ?? throw new InvalidOperationException($"PROXSHARP_TEST_{_variables}_URL is set, so PROXSHARP_TEST_{_variables}_{name} must be too.");
}
