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

    public static async Task RunAsync()
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false, Scenario = Build });
        await using PveClient pve = new(new ProxmoxClientOptions
        {
            Endpoints = [ProxmoxEndpoint.Parse(simulator.Endpoint.ToString(), ProxmoxProduct.VirtualEnvironment)],
            Credentials = ProxmoxCredentials.ApiToken(DefaultCluster.TokenId, DefaultCluster.TokenSecret),
            Trust = ServerTrust.Pin(simulator.Fingerprint),
        });
        TimeSpan client = await MedianAsync(async () => Check((await pve.Guests.ListAsync()).Count));
        TimeSpan blocking = await MedianAsync(() =>
        {
            Check(pve.Guests.List().Count);
            return Task.CompletedTask;
        });
        TimeSpan packed = await BytesAsync(simulator, "gzip");
        TimeSpan plain = await BytesAsync(simulator, "identity");
        Report.Line("listing 20 000 guests", Milliseconds(client), $"{Milliseconds(packed)} for the compressed bytes alone", client / packed);
        Report.Line("listing 20 000 guests, sync", Milliseconds(blocking), $"{Milliseconds(packed)} for the compressed bytes alone", blocking / packed);
        Report.Line("listing 20 000 guests, compressed bytes", Milliseconds(packed), $"{Milliseconds(plain)} for the plain bytes", packed / plain);
    }

    private static async Task<TimeSpan> BytesAsync(PveSimulator simulator, string encoding)
    {
        using SocketsHttpHandler handler = new() { AutomaticDecompression = DecompressionMethods.None };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            certificate?.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256) == simulator.Fingerprint.Replace(":", "", StringComparison.Ordinal);
        using HttpClient http = new(handler);
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"PVEAPIToken={DefaultCluster.TokenId}={DefaultCluster.TokenSecret}");
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Encoding", encoding);
        Uri address = new($"{simulator.Endpoint.ToString().TrimEnd('/')}/api2/json/cluster/resources?type=vm");
        return await MedianAsync(async () => Check((await http.GetByteArrayAsync(address)).Length));
    }

    private static async Task<TimeSpan> MedianAsync(Func<Task> work)
    {
        List<TimeSpan> times = [];
        for (int round = 0; round < Rounds + 3; round++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            await work();
            times.Add(watch.Elapsed);
        }

        return times.Skip(3).Order().ElementAt(Rounds / 2);
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

        cluster.AddPool("production")
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
                    vm.Options["scsi0"] = "local:32";
                    vm.Options["tags"] = "web";
                });
        }
    }
}
