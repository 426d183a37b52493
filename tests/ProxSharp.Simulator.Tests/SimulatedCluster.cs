using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Tests;

/// <summary>A simulator on a clock that moves by hand, and a client of it, for tests of one area.</summary>
public abstract class SimulatedCluster : IAsyncLifetime
{
    internal PveSimulator Simulator { get; private set; } = null!;

    internal TestClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { TimeProvider = new SimulatedClock(new DateTimeOffset(2026, 11, 22, 21, 0, 0, TimeSpan.Zero)), Delays = false });
        Client = await TestClient.LoginAsync(Simulator);
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        GC.SuppressFinalize(this);
        return Simulator.DisposeAsync();
    }

    /// <summary>Starts a task, lets the time pass, and returns the exit status and the log.</summary>
    internal async Task<(string Exit, string[] Log)> RunAsync(Task<TestReply> call)
    {
        TestReply started = await call;
        Assert.True(started.Status == 200, started.Text);
        string upid = started.Data!.GetValue<string>();
        Simulator.Advance(TimeSpan.FromSeconds(20));
        string path = $"/nodes/{upid.Split(':')[1]}/tasks/{Uri.EscapeDataString(upid)}";
        JsonNode status = (await Client.GetAsync($"{path}/status")).Data!;
        JsonArray log = (await Client.GetAsync($"{path}/log?limit=0")).Data!.AsArray();
        return (status["exitstatus"]!.GetValue<string>(), [.. log.Select(static line => line!["t"]!.GetValue<string>())]);
    }

    /// <summary>Lets time pass and logs in again, as tickets grow old.</summary>
    internal async Task AdvanceAsync(TimeSpan duration)
    {
        Simulator.Advance(duration);
        TestReply login = await Client.PostAsync("/access/ticket", ("username", "root@pam"), ("password", Scenarios.DefaultCluster.RootPassword));
        Client.Ticket = login.Data!["ticket"]!.GetValue<string>();
        Client.Csrf = login.Data["CSRFPreventionToken"]!.GetValue<string>();
    }

    internal async Task<JsonNode> DataAsync(string path)
    {
        TestReply reply = await Client.GetAsync(path);
        Assert.True(reply.Status == 200, reply.Text);
        return reply.Data!;
    }

    internal static (int Status, string Reason) Answer(TestReply reply) => (reply.Status, reply.Reason);
}
