using System.Diagnostics;
using System.Globalization;
using System.Net;
using ProxSharp.Authentication;
using ProxSharp.Pve;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;
using ProxSharp.Tls;

namespace ProxSharp.Bench;

/// <summary>
/// Lists the 20 000 guests of a cluster of 50 nodes through the client, TLS and gzip included, against an <see cref="HttpClient"/> that takes the same bytes
/// and reads nothing of them. The simulator is in the same process, so half of the time is its own.
/// </summary>
internal static class ClusterListRun
{
    private const int Nodes = 50;
    private const int Guests = 20_000;
    private const int Rounds = 15;
    private const int Warming = 40;

    public static async Task RunAsync()
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false, Scenario = Build });
        await using PveClient pve = new(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
        });
        (TimeSpan client, TimeSpan clientCpu) = await MeasureAsync(async () => Check((await pve.Guests.ListAsync()).Count));
        (TimeSpan blocking, TimeSpan blockingCpu) = await MeasureAsync(() =>
        {
            Check(pve.Guests.List().Count);
            return Task.CompletedTask;
        });
        (TimeSpan packed, TimeSpan packedCpu) = await BytesAsync(simulator, "gzip");
        (TimeSpan plain, TimeSpan plainCpu) = await BytesAsync(simulator, "identity");
        Report.Line("listing 20 000 guests", Milliseconds(client), $"{Milliseconds(packed)} for the compressed bytes alone", client / packed);
        Report.Line("listing 20 000 guests, sync", Milliseconds(blocking), $"{Milliseconds(packed)} for the compressed bytes alone", blocking / packed);
        Report.Line("listing 20 000 guests, CPU", Milliseconds(clientCpu), $"{Milliseconds(packedCpu)} for the compressed bytes alone", clientCpu / packedCpu);
        Report.Line("listing 20 000 guests, sync CPU", Milliseconds(blockingCpu), Milliseconds(packedCpu), blockingCpu / packedCpu);
        Report.Line("listing 20 000 guests, compressed bytes", Milliseconds(packed), $"{Milliseconds(plain)} for the plain bytes", packed / plain);
        Report.Line("listing 20 000 guests, compressed bytes, CPU", Milliseconds(packedCpu), Milliseconds(plainCpu), packedCpu / plainCpu);
    }

    private static async Task<(TimeSpan Time, TimeSpan Cpu)> BytesAsync(PveSimulator simulator, string encoding)
    {
        using SocketsHttpHandler handler = new() { AutomaticDecompression = DecompressionMethods.None };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            certificate?.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256) == simulator.Fingerprint.Replace(":", "", StringComparison.Ordinal);
        using HttpClient http = new(handler);
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"PVEAPIToken={DefaultCluster.TokenId}={DefaultCluster.TokenSecret}");
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Encoding", encoding);
        Uri address = new($"{simulator.Endpoint.ToString().TrimEnd('/')}/api2/json/cluster/resources?type=vm");
        return await MeasureAsync(async () => Check((await http.GetByteArrayAsync(address)).Length));
    }

    // The first rounds run code that is not optimised yet.
    private static async Task<(TimeSpan Time, TimeSpan Cpu)> MeasureAsync(Func<Task> work)
    {
        for (int round = 0; round < Warming; round++)
        {
            await work();
        }

        List<TimeSpan> times = [];
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        for (int round = 0; round < Rounds; round++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            await work();
            times.Add(watch.Elapsed);
        }

        return (times.Order().ElementAt(Rounds / 2), (Environment.CpuUsage.TotalTime - cpu) / Rounds);
    }

    private static void Check(int count)
    {
        if (count < Guests)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Only {count} came."));
        }
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:F0} ms");

    private static void Build(ClusterBuilder cluster)
    {
        for (int node = 1; node <= Nodes; node++)
        {
            cluster.AddNode(string.Create(CultureInfo.InvariantCulture, $"n{node}"), cores: 128, memory: 2L << 40);
        }

        cluster.AddStorage("ceph", "rbd", static storage => storage.Capacity = 1L << 50)
            .AddPool("production")
            .AddUser(DefaultCluster.DemoUser, DefaultCluster.DemoPassword)
            .AddToken(DefaultCluster.DemoUser, "ci", DefaultCluster.TokenSecret)
            .Grant("/", DefaultCluster.DemoUser, "PVEAdmin")
            .Grant("/", DefaultCluster.TokenId, "PVEAdmin");
        for (int guest = 0; guest < Guests; guest++)
        {
            int number = guest;
            cluster.AddVm(
                string.Create(CultureInfo.InvariantCulture, $"n{(guest % Nodes) + 1}"),
                100 + guest,
                string.Create(CultureInfo.InvariantCulture, $"vm-{guest}"),
                vm =>
                {
                    vm.IsRunning = number % 4 != 0;
                    vm.Pool = number % 10 == 0 ? "production" : null;
                    vm.Options["scsi0"] = "ceph:32";
                    vm.Options["tags"] = "web";
                });
        }
    }
}
