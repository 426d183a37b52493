using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Pve.Bulk;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Bench;

/// <summary>
/// Starts 1 000 guests of a cluster with 50 nodes, four at a time on each node: as bulk work, and as a loop that people write, with as many workers, each of
/// which asks for the state of its task every second. Counts requests and the CPU time of the whole process, the simulator's share included.
/// </summary>
internal static class BulkStartRun
{
    private const int Nodes = 50;
    private const int Guests = 1000;
    private const int PerNode = 4;
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    public static async Task RunAsync()
    {
        Measured loop = await MeasureAsync(static pve => Parallel.ForAsync(
            0, Guests, new ParallelOptions { MaxDegreeOfParallelism = Nodes * PerNode }, async (index, token) => await StartAsync(pve, index, token)));
        Measured bulk = await MeasureAsync(static async pve =>
            (await pve.Bulk.RunAsync("@all", BulkAction.Start(), new BulkOptions { MaxPerNode = PerNode, MaxTotal = Nodes * PerNode })).EnsureSucceeded());
        Report.Line($"starting {Guests} guests, requests", Number(bulk.Requests), Number(loop.Requests), (double)loop.Requests / bulk.Requests);
        Report.Line($"starting {Guests} guests, CPU", Milliseconds(bulk.Cpu), Milliseconds(loop.Cpu), loop.Cpu / bulk.Cpu);
        Report.Line($"starting {Guests} guests, time", Milliseconds(bulk.Elapsed), Milliseconds(loop.Elapsed), loop.Elapsed / bulk.Elapsed);
    }

    private static async Task<Measured> MeasureAsync(Func<PveClient, Task> work)
    {
        PveSimulatorOptions options = new() { Delays = false, TaskDuration = s_duration, Scenario = Build };
        await using PveSimulator simulator = await PveSimulator.StartAsync(options);
        await using PveClient pve = new(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
        });
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        Stopwatch watch = Stopwatch.StartNew();
        await work(pve);
        watch.Stop();
        Measured measured = new(simulator.Traffic.RequestCount, Environment.CpuUsage.TotalTime - cpu, watch.Elapsed);
        int running = (await pve.Guests.ListAsync()).Count(static guest => guest.IsRunning);
        return running == Guests
            ? measured
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Only {running} of {Guests} guests run."));
    }

    private static async Task StartAsync(PveClient pve, int index, CancellationToken cancellationToken)
    {
        string upid = (await pve.Api.Nodes.Qemu.Status.StartAsync(Node(index), 1000 + index, cancellationToken: cancellationToken)).Data;
        string path = $"/nodes/{Node(index)}/tasks/{Uri.EscapeDataString(upid)}/status";
        while (true)
        {
            ApiResponse<JsonElement> status = await pve.Raw.GetAsync(path, cancellationToken: cancellationToken);
            if (status.Data.GetProperty("status").GetString() == "stopped")
            {
                return;
            }

            await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
        }
    }

    private static void Build(ClusterBuilder cluster)
    {
        for (int node = 0; node < Nodes; node++)
        {
            cluster.AddNode(Node(node));
        }

        for (int guest = 0; guest < Guests; guest++)
        {
            cluster.AddVm(Node(guest), 1000 + guest, string.Create(CultureInfo.InvariantCulture, $"vm-{guest}"));
        }

        cluster.AddUser(DefaultCluster.DemoUser, DefaultCluster.DemoPassword)
            .Grant("/", DefaultCluster.DemoUser, "PVEAdmin")
            .AddToken(DefaultCluster.DemoUser, "ci", DefaultCluster.TokenSecret)
            .Grant("/", DefaultCluster.TokenId, "PVEAdmin");
    }

    private static string Node(int guest) => string.Create(CultureInfo.InvariantCulture, $"pve{(guest % Nodes) + 1}");

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:F0} ms");

    private sealed record Measured(long Requests, TimeSpan Cpu, TimeSpan Elapsed);
}
