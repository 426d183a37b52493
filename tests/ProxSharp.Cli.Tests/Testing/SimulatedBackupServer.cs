using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests.Testing;

/// <summary>A simulated backup server with quick tasks, for one test class.</summary>
public sealed class SimulatedBackupServer : IAsyncLifetime
{
    private PbsSimulator? _simulator;

    /// <summary>The simulator.</summary>
    public PbsSimulator Simulator => _simulator ?? throw new InvalidOperationException("The simulator has not been started.");

    /// <summary>True if it runs.</summary>
    public bool IsStarted => _simulator is not null;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _simulator = await PbsSimulator.StartAsync(
        new PbsSimulatorOptions { Delays = false, TaskDuration = TimeSpan.FromMilliseconds(5) });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _simulator?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Points a context at the simulator and makes it current.</summary>
    internal async Task UseAsync(CliHarness cli, string name)
    {
        cli.With("BACKUP_SECRET", DefaultBackupServer.TokenSecret);
        (await cli.RunAsync(
            "context", "add", name, Simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--product", "pbs", "--token-id", DefaultBackupServer.TokenId,
            "--secret", "env:BACKUP_SECRET", "--fingerprint", Simulator.Fingerprint, "--replace", "--use")).Succeeded();
    }
}
