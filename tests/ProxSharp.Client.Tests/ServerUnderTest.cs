using ProxSharp.Testing;

namespace ProxSharp.Client.Tests;

/// <summary>
/// The server a class of tests talks to: a simulator, or the real server that the environment names. Tests behind it only read, because the
/// server may be somebody's.
/// </summary>
public abstract class ServerUnderTest : IAsyncLifetime
{
    private readonly LiveServer _live;

    private protected ServerUnderTest() => _live = new LiveServer(Product);

    /// <summary>True if the server is a real one.</summary>
    public bool IsLive => _live.IsNamed;

    /// <summary>The client under test.</summary>
    public abstract ProxmoxClient Client { get; }

    /// <summary>How the client under test reaches the server.</summary>
    public ProxmoxClientOptions Options { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Options = IsLive ? _live.Options : await StartSimulatorAsync();
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

    /// <summary>Starts the simulator; tells how to reach it.</summary>
    private protected abstract Task<ProxmoxClientOptions> StartSimulatorAsync();

    private protected abstract ValueTask StopSimulatorAsync();
}
