using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests;

/// <summary>A cluster as large as they get.</summary>
public sealed class ScaleTests
{
    private const int Nodes = 50;
    private const int Guests = 20_000;

    [Fact]
    public async Task Resources_OfTwentyThousandGuests_ComeQuickly()
    {
        long started = Stopwatch.GetTimestamp();
        await using PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Scenario = Build, Delays = false }, TestContext.Current.CancellationToken);
        TimeSpan seeding = Stopwatch.GetElapsedTime(started);
        using TestClient client = TestClient.As(simulator);
        TestReply reply = await client.GetAsync("/cluster/resources?type=vm");
        Assert.Equal(Guests, reply.Data!.AsArray().Count);

        TimeSpan fastest = TimeSpan.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long asked = Stopwatch.GetTimestamp();
            reply = await client.GetAsync("/cluster/resources");
            TimeSpan taken = Stopwatch.GetElapsedTime(asked);
            fastest = taken < fastest ? taken : fastest;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seeding {seeding.TotalMilliseconds:F0} ms, resources {fastest.TotalMilliseconds:F0} ms, {reply.Body.Length} bytes"));
        Assert.Equal(Guests + Nodes + (Nodes * 2) + 1, reply.Data!.AsArray().Count(static entry => entry!["type"]!.GetValue<string>() != "network"));

        // Generous: the tests share the machine with others. Alone it is a fraction of that.
        Assert.InRange(seeding, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.InRange(fastest, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private static void Build(ClusterBuilder cluster)
    {
        for (int node = 1; node <= Nodes; node++)
        {
            cluster.AddNode(string.Create(CultureInfo.InvariantCulture, $"n{node}"), cores: 128, memory: 2L << 40);
        }

        cluster.AddStorage("local-lvm", "lvmthin", static storage => storage.Capacity = 100L << 40).AddStorage("ceph", "rbd", static storage => storage.Capacity = 1L << 50).AddPool("production")
            .AddUser(DefaultCluster.DemoUser, DefaultCluster.DemoPassword)
            .AddToken(DefaultCluster.DemoUser, "ci", DefaultCluster.TokenSecret)
            .Grant("/", DefaultCluster.DemoUser, "PVEAdmin")
            .Grant("/", DefaultCluster.TokenId, "PVEAdmin");
        for (int i = 0; i < Guests; i++)
        {
            string node = string.Create(CultureInfo.InvariantCulture, $"n{(i % Nodes) + 1}");
            int number = i;
            cluster.AddVm(node, 100 + i, string.Create(CultureInfo.InvariantCulture, $"vm-{i}"), vm =>
            {
                vm.IsRunning = number % 4 != 0;
                vm.Pool = number % 10 == 0 ? "production" : null;
                vm.Options["scsi0"] = number % 2 == 0 ? "ceph:32" : "local-lvm:16";
                vm.Options["net0"] = "virtio,bridge=vmbr0";
                vm.Options["tags"] = "web";
            });
        }
    }
}
