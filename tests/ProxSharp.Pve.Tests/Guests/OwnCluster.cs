using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>A simulated cluster for each test of a class.</summary>
public abstract class OwnCluster(PveSimulatorOptions options) : IAsyncLifetime
{
    private PveSimulator? _simulator;
    private PveClient? _pve;

    /// <summary>The simulator.</summary>
    protected PveSimulator Simulator => _simulator!;

    /// <summary>A client of it.</summary>
    protected PveClient Pve => _pve!;

    /// <summary>Ends with the test.</summary>
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _simulator = await PveSimulator.StartAsync(options);
        _pve = new PveClient(LiveServer.OptionsFor(
            ProxmoxProduct.VirtualEnvironment, _simulator.Endpoint.ToString(), _simulator.Fingerprint, $"{DefaultCluster.TokenId}={DefaultCluster.TokenSecret}"));
    }

    public async ValueTask DisposeAsync()
    {
        await Pve.DisposeAsync();
        await Simulator.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
