namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>Tests on a simulated backup server of their own, whose clock they move.</summary>
public abstract class StillBackupServer : IAsyncLifetime
{
    private PbsSimulator? _started;
    private TestClient? _connected;

    private protected const string Store = "/admin/datastore/store1";

    // Connections do not grow idle by this clock.
    private protected SimulatedClock Time { get; } = new(new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero));

    private protected PbsSimulator Simulator => _started ?? throw new InvalidOperationException("The server has not been started.");

    private protected TestClient Client => _connected ?? throw new InvalidOperationException("The server has not been started.");

    public async ValueTask InitializeAsync()
    {
        _started = await PbsSimulator.StartAsync(new PbsSimulatorOptions { TimeProvider = Time, Delays = false });
        _connected = new TestClient(Simulator.Endpoint) { Authorization = BackupWire.Token };
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Client.Dispose();
        return Simulator.DisposeAsync();
    }
}
