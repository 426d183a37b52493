using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests.Testing;

/// <summary>A simulated cluster with quick tasks, for one test class.</summary>
public sealed class SimulatedCluster : IAsyncLifetime
{
    private Action<ClusterBuilder> _scenario = DefaultCluster.Build;
    private TimeSpan _statusInterval;
    private TimeSpan _taskDuration = TimeSpan.FromMilliseconds(5);
    private PveSimulator? _simulator;

    /// <summary>The simulator.</summary>
    public PveSimulator Simulator => _simulator ?? throw new InvalidOperationException("The simulator has not been started.");

    /// <summary>Its address.</summary>
    public string Url => Simulator.Endpoint.GetLeftPart(UriPartial.Authority);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _simulator = await PveSimulator.StartAsync(
        new PveSimulatorOptions { Delays = false, TaskDuration = _taskDuration, Scenario = _scenario, StatusInterval = _statusInterval });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Simulator.DisposeAsync();

    /// <summary>Starts a cluster of its own for a test that changes much.</summary>
    /// <param name="more">What it has beside that of the others.</param>
    internal static async Task<SimulatedCluster> StillAsync(Action<ClusterBuilder>? more = null)
    {
        SimulatedCluster cluster = new() { _scenario = DefaultCluster.Build + more };
        await cluster.InitializeAsync();
        return cluster;
    }

    /// <summary>Starts a cluster of its own whose list shows all guests, their names and states as they are at the start, for as long as the test runs.</summary>
    internal static async Task<SimulatedCluster> LateAsync()
    {
        SimulatedCluster cluster = new() { _statusInterval = TimeSpan.MaxValue };
        await cluster.InitializeAsync();
        return cluster;
    }

    /// <summary>Starts a cluster of its own whose tasks go on for as long as the test runs.</summary>
    internal static async Task<SimulatedCluster> SlowAsync()
    {
        SimulatedCluster cluster = new() { _taskDuration = TimeSpan.FromHours(1) };
        await cluster.InitializeAsync();
        return cluster;
    }

    /// <summary>Makes a user whose current context <c>lab</c> is the simulator.</summary>
    internal async Task<CliHarness> UserAsync(int? terminalWidth = null)
    {
        CliHarness cli = new CliHarness { TerminalWidth = terminalWidth }.With("LAB_SECRET", DefaultCluster.TokenSecret).With(
            "LAB_PASSWORD", DefaultCluster.DemoPassword);
        await UseAsync(cli, "lab");
        return cli;
    }

    /// <summary>Makes a user as <see cref="UserAsync"/> does, whose current context is that of root@pam, who may do everything.</summary>
    /// <param name="name">The context.</param>
    internal async Task<CliHarness> RootAsync(string name = "root")
    {
        CliHarness cli = (await UserAsync()).With("ROOT_PASSWORD", DefaultCluster.RootPassword);
        (await cli.RunAsync(
            "context", "add", name, Url, "--user", "root@pam", "--secret", "env:ROOT_PASSWORD", "--fingerprint", Simulator.Fingerprint, "--replace", "--use"))
            .Succeeded();
        return cli;
    }

    /// <summary>Points a context at the simulator and makes it current.</summary>
    internal async Task UseAsync(CliHarness cli, string name) => (await cli.RunAsync(
        "context", "add", name, Url, "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET", "--fingerprint", Simulator.Fingerprint, "--replace", "--use")).Succeeded();
}
