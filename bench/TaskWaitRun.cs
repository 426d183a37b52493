using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Bench;

/// <summary>
/// Waits for 500 tasks on three nodes of the simulator: with the client's one watcher, and with a loop for each task that asks for its state every second,
/// as other clients do by default. Counts requests and the CPU time of the whole process, the simulator's share included.
/// </summary>
internal static class TaskWaitRun
{
    private const int Tasks = 500;
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    public static async Task RunAsync()
    {
        Measured loops = await MeasureAsync(static (pve, upid) => PollAsync(pve, upid));
        Measured watcher = await MeasureAsync(static (pve, upid) => pve.Tasks[upid].WaitForCompletionAsync());
        Report.Line($"waiting for {Tasks} tasks, requests", Number(watcher.Requests), Number(loops.Requests), (double)loops.Requests / watcher.Requests);
        Report.Line($"waiting for {Tasks} tasks, CPU", Milliseconds(watcher.Cpu), Milliseconds(loops.Cpu), loops.Cpu / watcher.Cpu);
        Report.Line($"waiting for {Tasks} tasks, time until the last is known", Milliseconds(watcher.Elapsed), Milliseconds(loops.Elapsed), loops.Elapsed / watcher.Elapsed);
    }

    private static async Task<Measured> MeasureAsync(Func<PveClient, string, Task> wait)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false, TaskDuration = s_duration, Scenario = Build });
        await using PveClient pve = new(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
        });
        List<string> upids = [];
        for (int i = 0; i < Tasks; i++)
        {
            upids.Add((await pve.Api.Nodes.Qemu.Status.StartAsync(Node(i), 1000 + i)).Data);
        }

        long requests = simulator.Traffic.RequestCount;
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        Stopwatch watch = Stopwatch.StartNew();
        await Task.WhenAll(upids.Select(upid => wait(pve, upid)));
        return new Measured(simulator.Traffic.RequestCount - requests, Environment.CpuUsage.TotalTime - cpu, watch.Elapsed);
    }

    private static async Task PollAsync(PveClient pve, string upid)
    {
        string path = $"/nodes/{upid.Split(':')[1]}/tasks/{Uri.EscapeDataString(upid)}/status";
        while (true)
        {
            ApiResponse<JsonElement> status = await pve.Raw.GetAsync(path);
            if (status.Data.GetProperty("status").GetString() == "stopped")
            {
                return;
            }

            await Task.Delay(s_pause, TimeProvider.System);
        }
    }

    private static void Build(ClusterBuilder cluster)
    {
        DefaultCluster.Build(cluster);
        for (int i = 0; i < Tasks; i++)
        {
            cluster.AddVm(Node(i), 1000 + i, string.Create(CultureInfo.InvariantCulture, $"vm-{i}"));
        }
    }

    private static string Node(int i) => string.Create(CultureInfo.InvariantCulture, $"pve{(i % 3) + 1}");

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:F0} ms");

    private sealed record Measured(long Requests, TimeSpan Cpu, TimeSpan Elapsed);
}
