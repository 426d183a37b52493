using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Guests;
using ProxSharp.Recording;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tasks;
using ProxSharp.Tls;

namespace ProxSharp.Guide.Tests;

public sealed class SimulatorGuide
{
    #region test
    [Fact]
    public async Task Nightly_SnapshotsEveryWebServer()
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { TaskDuration = TimeSpan.FromMilliseconds(20) });
        await using PveClient pve = new(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
        });

        BulkReport report = await pve.Bulk.RunAsync("@tag-web", BulkAction.Snapshot("nightly"));

        Assert.True(report.IsSuccess);
        Assert.Equal(3, simulator.Traffic.Requests.Count(request => request is { Method: "POST" } && request.Path.EndsWith("/snapshot")));
    }
    #endregion

    [Fact]
    public async Task Scenario_OfYourOwn_IsTheCluster()
    {
        #region scenario
        PveSimulatorOptions options = new()
        {
            Scenario = cluster => cluster
                .AddNode("alpha", cores: 8, memory: 32L << 30)
                .AddStorage("local", "dir", storage => storage.Content.UnionWith(["images", "iso", "backup"]))
                .AddVm("alpha", 100, "shop", vm =>
                {
                    vm.IsRunning = true;
                    vm.Options["scsi0"] = "local:16";
                    vm.Options["agent"] = "1";
                    vm.Options["tags"] = "web";
                })
                .AddUser("ci@pve", "password")
                .AddToken("ci@pve", "test", "11111111-2222-3333-4444-555555555555", privilegeSeparation: false)
                .Grant("/", "ci@pve", "PVEVMAdmin"),
        };
        await using PveSimulator simulator = await PveSimulator.StartAsync(options);
        #endregion

        await using PveClient pve = Connect(simulator, "ci@pve!test", "11111111-2222-3333-4444-555555555555");
        Assert.Equal("shop", Assert.Single(await pve.Guests.ListAsync()).Name);
    }

    [Fact]
    public async Task Faults_OfEveryKind_CanBeMade()
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { TaskDuration = TimeSpan.FromMilliseconds(20) });
        await using PveClient pve = Connect(simulator, DefaultCluster.TokenId, DefaultCluster.TokenSecret);

        #region faults
        simulator.Faults.Next(Fault.ProxyTimeout);                                           // the next request gets 596
        simulator.Faults.When(request => request.Method == "POST", Fault.DropAfterExecution);  // done, but the answer is lost
        simulator.Faults.FailTask(new TaskFault { Type = "qmclone", Text = "no space left on device" });
        simulator.Faults.KillNode("pve3");                                                   // 595 for all that only it can answer
        simulator.Faults.HoldLock(100);                                                      // can't lock file ... - got timeout
        simulator.Faults.FillStorage("local");
        simulator.Faults.StopAgent(101);
        simulator.Faults.Clear();
        #endregion

        Assert.Equal(3, (await pve.Nodes.ListAsync()).Count);
    }

    [Fact]
    public async Task Time_OfTheSimulator_IsYours()
    {
        #region time
        SimulatedClock clock = new();
        PveSimulatorOptions options = new() { TimeProvider = clock, TaskDuration = TimeSpan.FromMinutes(1) };
        await using PveSimulator simulator = await PveSimulator.StartAsync(options);
        await using PveClient pve = Connect(simulator, DefaultCluster.TokenId, DefaultCluster.TokenSecret);

        PveTask task = await pve.Vms[105].StartAsync();
        TaskInfo before = await task.GetStatusAsync();
        simulator.Advance(TimeSpan.FromMinutes(10));
        TaskInfo after = await task.GetStatusAsync();
        #endregion

        Assert.True(before.IsRunning);
        Assert.Equal("OK", after.ExitStatus);
    }

    [Fact]
    public async Task Recording_OfAClient_AnswersAgain()
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync();
        ProxmoxClientOptions options = new()
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
        };
        string file = Path.Combine(Directory.CreateTempSubdirectory("prox-guide-").FullName, "recording.jsonl");

        #region recordings
        using (ExchangeRecorder recorder = ExchangeRecorder.ToFile(file))
        {
            await using PveClient pve = new(options with { Recorder = recorder });
            await pve.Guests.ListAsync();
        }

        await using RecordedServer server = await RecordedServer.StartAsync(file);
        await using PveClient again = Connect(server);
        IReadOnlyList<GuestSummary> guests = await again.Guests.ListAsync();
        #endregion

        Assert.Equal(12, guests.Count);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    private static PveClient Connect(RecordedServer server) => new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse(server.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
        Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, "any"),
        Trust = ServerTrust.Pin(server.Fingerprint),
    });

    private static PveClient Connect(PveSimulator simulator, string tokenId, string secret) => new(new ProxmoxClientOptions
    {
        Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
        Credentials = ProxmoxCredentials.ApiToken(tokenId, secret),
        Trust = ServerTrust.Pin(simulator.Fingerprint),
    });
}
