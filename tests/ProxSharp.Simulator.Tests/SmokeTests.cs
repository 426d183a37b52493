using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace ProxSharp.Simulator.Tests;

public sealed class SmokeTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_795_000_000));
    private PveSimulator _simulator = null!;

    public async ValueTask InitializeAsync() => _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { TimeProvider = _time });

    public ValueTask DisposeAsync() => _simulator.DisposeAsync();

    [Fact]
    public async Task Login_WithThePassword_GivesATicketThatWorks()
    {
        using TestClient client = await TestClient.LoginAsync(_simulator);

        TestReply version = await client.GetAsync("/version");

        Assert.Equal(200, version.Status);
        Assert.Equal("9.2.11", version.Data!["version"]!.GetValue<string>());
    }

    [Fact]
    public async Task Resources_OfTheDefaultCluster_ListNodesGuestsStoragesAndPool()
    {
        using TestClient client = TestClient.As(_simulator);

        JsonArray resources = (await client.GetAsync("/cluster/resources")).Data!.AsArray();

        Assert.Equal(12, resources.Count(static entry => entry!["type"]!.GetValue<string>() is "qemu" or "lxc"));
        Assert.Equal(3, resources.Count(static entry => entry!["type"]!.GetValue<string>() == "node"));
        Assert.Equal(9, resources.Count(static entry => entry!["type"]!.GetValue<string>() == "storage"));
        Assert.Single(resources, static entry => entry!["type"]!.GetValue<string>() == "pool");
    }

    [Fact]
    public async Task Clone_OfTheTemplate_StartsAndStops()
    {
        using TestClient client = TestClient.As(_simulator);

        Assert.Equal("OK", await client.RunAsync(_time, client.PostAsync("/nodes/pve1/qemu/9000/clone", ("newid", "300"), ("name", "copy"), ("full", "1"))));
        JsonNode config = (await client.GetAsync("/nodes/pve1/qemu/300/config")).Data!;
        Assert.Equal("local-lvm:vm-300-disk-0,size=8G", config["scsi0"]!.GetValue<string>());
        Assert.Equal("copy", config["name"]!.GetValue<string>());
        Assert.Equal("OK", await client.RunAsync(_time, client.PostAsync("/nodes/pve1/qemu/300/status/start")));
        Assert.Equal("VM 300 already running", await client.RunAsync(_time, client.PostAsync("/nodes/pve1/qemu/300/status/start")));
        Assert.Equal("running", (await client.GetAsync("/nodes/pve1/qemu/300/status/current")).Data!["status"]!.GetValue<string>());
        Assert.Equal("OK", await client.RunAsync(_time, client.PostAsync("/nodes/pve1/qemu/300/status/stop")));
        Assert.Equal("OK", await client.RunAsync(_time, client.DeleteAsync("/nodes/pve1/qemu/300")));
        Assert.Equal(500, (await client.GetAsync("/nodes/pve1/qemu/300/config")).Status);
    }

    [Fact]
    public async Task Config_OfARunningMachine_KeepsPendingChanges()
    {
        using TestClient client = TestClient.As(_simulator);

        Assert.Equal(200, (await client.PutAsync("/nodes/pve1/qemu/100/config", ("memory", "4096"), ("tags", "b,a"))).Status);

        Assert.Equal("4096", (await client.GetAsync("/nodes/pve1/qemu/100/config")).Data!["memory"]!.GetValue<string>());
        JsonNode current = (await client.GetAsync("/nodes/pve1/qemu/100/config?current=1")).Data!;
        Assert.Equal("2048", current["memory"]!.GetValue<string>());
        Assert.Equal("a;b", current["tags"]!.GetValue<string>());
    }
}
