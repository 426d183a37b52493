using ProxSharp.Authentication;
using ProxSharp.Pbs;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Operations.Tests;

/// <summary>A simulated backup server with a guard, and somebody else who changes things behind its back.</summary>
public sealed class GuardedBackupServer : IAsyncDisposable
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
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "policy.json"), policy);
        Other = new PbsClient(options);
        Guard = OperationGuard.Create(ProxmoxProduct.BackupServer, options, new GuardOptions
        {
            Context = "backup",
            PolicyPath = Path.Combine(Folder, "policy.json"),
            StateFolder = Path.Combine(Folder, "state"),
        });
    }

    internal string Folder { get; } = Path.Combine(Path.GetTempPath(), $"guard-{Guid.NewGuid():N}");

    internal PbsSimulator Simulator { get; }

    internal OperationGuard Guard { get; }

    internal PbsClient Other { get; }

    internal int Writes => Simulator.Traffic.Requests.Count(static request => request.Method != "GET");

    internal static async Task<GuardedBackupServer> StartAsync(string policy, Action<BackupServerBuilder>? scenario = null) => new(
        await PbsSimulator.StartAsync(new PbsSimulatorOptions
        {
            Delays = false,
            TaskDuration = TimeSpan.FromMilliseconds(5),
            Scenario = scenario ?? DefaultBackupServer.Build,
        }),
        policy);

    internal async Task<string> RefusedAsync(Func<Task> action)
    {
        int before = Writes;
        GuardRefusedException refusal = await Assert.ThrowsAsync<GuardRefusedException>(action);
        Assert.Equal(before, Writes);
        return refusal.Reason;
    }

    public async ValueTask DisposeAsync()
    {
        await Guard.DisposeAsync();
        await Other.DisposeAsync();
        await Simulator.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
