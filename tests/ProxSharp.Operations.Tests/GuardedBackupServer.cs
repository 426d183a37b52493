using ProxSharp.Authentication;
using ProxSharp.Pbs;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Operations.Tests;

/// <summary>A simulated backup server with a guard, and somebody else who changes things behind its back.</summary>
public sealed class GuardedBackupServer : GuardedSite
{
    private GuardedBackupServer(PbsSimulator simulator, string policy)
    {
        Simulator = simulator;
        ProxmoxClientOptions options = new()
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.BackupServer)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultBackupServer.TokenId, DefaultBackupServer.TokenSecret),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
        };
        Policy(policy);
        Other = new PbsClient(options);
        Guard = OperationGuard.Create(ProxmoxProduct.BackupServer, options, Options("backup"));
    }

    internal PbsSimulator Simulator { get; }

    internal OperationGuard Guard { get; }

    internal PbsClient Other { get; }

    internal override int Writes => Simulator.Traffic.Requests.Count(static request => request.Method != "GET");

    internal static async Task<GuardedBackupServer> StartAsync(string policy, Action<BackupServerBuilder>? scenario = null) => new(
        await PbsSimulator.StartAsync(new PbsSimulatorOptions
        {
            Delays = false,
            TaskDuration = TimeSpan.FromMilliseconds(5),
            Scenario = scenario ?? DefaultBackupServer.Build,
        }),
        policy);

    private protected override async Task StopAsync()
    {
        await Guard.DisposeAsync();
        await Other.DisposeAsync();
        await Simulator.DisposeAsync();
    }
}
