using System.Text.Json.Nodes;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests;

/// <summary>The simulated clock, repeatable runs, and lists that lag behind.</summary>
public sealed class SimulatedTimeTests
{
    [Fact]
    public async Task Advance_MovesTasksAndTicketsOn()
    {
        await using PveSimulator simulator = await StartAsync();
        using TestClient client = await TestClient.LoginAsync(simulator);
        string upid = (await client.PostAsync("/nodes/pve3/qemu/105/status/start")).Data!.GetValue<string>();
        Assert.Equal("stopped", await StatusAsync(client));

        simulator.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("running", await StatusAsync(client));
        JsonNode task = (await client.GetAsync($"/nodes/pve3/tasks/{Uri.EscapeDataString(upid)}/status")).Data!;
        Assert.Equal("OK", task["exitstatus"]!.GetValue<string>());
        Assert.Equal(0, (await client.GetAsync("/nodes/pve3/qemu/105/status/current")).Data!["uptime"]!.GetValue<long>());
        simulator.Advance(TimeSpan.FromHours(2));
        Assert.Equal(401, (await client.GetAsync("/version")).Status);

        static async Task<string> StatusAsync(TestClient client) => (await client.GetAsync("/nodes/pve3/qemu/105/status/current")).Data!["status"]!.GetValue<string>();
    }

    [Fact]
    public async Task Advance_PastSeveralTasks_EndsThemInTheOrderTheyAreDue()
    {
        await using PveSimulator simulator = await StartAsync();
        using TestClient client = TestClient.As(simulator);
        await client.PostAsync("/nodes/pve1/qemu/9000/clone", ("newid", "300"), ("full", "1"));
        await client.PostAsync("/nodes/pve1/qemu/106/status/start");
        simulator.Advance(TimeSpan.FromMinutes(10));

        JsonArray tasks = (await client.GetAsync("/nodes/pve1/tasks")).Data!.AsArray();

        Assert.Equal(2, tasks.Count);
        Assert.All(tasks, static task => Assert.Equal("OK", task!["status"]!.GetValue<string>()));
        Assert.All(tasks, static task => Assert.InRange(task!["endtime"]!.GetValue<long>() - task["starttime"]!.GetValue<long>(), 0, 1));
    }

    [Fact]
    public async Task Advance_OnTheSystemsClock_IsRefused()
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Throws<InvalidOperationException>(() => simulator.Advance(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Advance_WhileAnAnswerIsDelayed_LetsItCome()
    {
        await using PveSimulator simulator = await StartAsync(static options => options with { Delays = true });
        using TestClient client = new(simulator.Endpoint);
        Task<TestReply> login = client.PostAsync("/access/ticket", ("username", "root@pam"), ("password", "wrong"));
        while (!login.IsCompleted)
        {
            simulator.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

        Assert.Equal(401, (await login).Status);
    }

    [Fact]
    public async Task SameSeed_WithTheSameCalls_GivesTheSameAnswers()
    {
        List<string> first = await RunAsync(1);

        Assert.Equal(first, await RunAsync(1));
        Assert.NotEqual(first, await RunAsync(2));

        static async Task<List<string>> RunAsync(int seed)
        {
            await using PveSimulator simulator = await StartAsync(options => options with { Seed = seed });
            using TestClient client = await TestClient.LoginAsync(simulator);
            List<string> answers = [client.Ticket!, client.Csrf!];
            answers.Add((await client.PostAsync("/nodes/pve1/qemu", ("vmid", "500"), ("scsi0", "local-lvm:1"), ("net0", "virtio,bridge=vmbr0"))).Text);
            simulator.Advance(TimeSpan.FromSeconds(5));
            answers.Add((await client.GetAsync("/nodes/pve1/qemu/500/config")).Text);
            answers.Add((await client.PostAsync("/nodes/pve1/qemu/100/termproxy")).Text);
            return answers;
        }
    }

    [Fact]
    public async Task Resources_WithAStatusInterval_LagBehindInNamesAndStates()
    {
        await using PveSimulator simulator = await StartAsync(static options => options with { StatusInterval = TimeSpan.FromSeconds(10) });
        using TestClient client = TestClient.As(simulator);
        simulator.Advance(TimeSpan.FromSeconds(1));
        await client.PostAsync("/nodes/pve1/qemu", ("vmid", "500"), ("memory", "512"), ("name", "new"));
        await client.PutAsync("/nodes/pve1/qemu/106/config", ("name", "other"), ("tags", "fresh"));
        await client.PostAsync("/nodes/pve1/qemu/106/status/start");
        simulator.Advance(TimeSpan.FromSeconds(3));

        JsonNode now = (await client.GetAsync("/nodes/pve1/qemu/106/status/current")).Data!;
        Assert.Equal(("running", "other"), (now["status"]!.GetValue<string>(), now["name"]!.GetValue<string>()));
        Assert.Equal(("stopped", "staging", "fresh"), await SeenAsync(client, 106));
        Assert.Equal(("unknown", null, null), await SeenAsync(client, 500));
        simulator.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(("running", "other", "fresh"), await SeenAsync(client, 106));
        Assert.Equal(("stopped", "new", null), await SeenAsync(client, 500));

        static async Task<(string? Status, string? Name, string? Tags)> SeenAsync(TestClient client, int vmid)
        {
            JsonNode guest = (await client.GetAsync("/cluster/resources?type=vm")).Data!.AsArray().Single(one => one!["vmid"]!.GetValue<int>() == vmid)!;
            return (guest["status"]?.GetValue<string>(), guest["name"]?.GetValue<string>(), guest["tags"]?.GetValue<string>());
        }
    }

    private static Task<PveSimulator> StartAsync(Func<PveSimulatorOptions, PveSimulatorOptions>? change = null)
    {
        PveSimulatorOptions options = new() { TimeProvider = new SimulatedClock(), Delays = false };
        return PveSimulator.StartAsync(change?.Invoke(options) ?? options, TestContext.Current.CancellationToken);
    }
}
