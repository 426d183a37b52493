using System.Text.Json.Nodes;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Simulator.Tests;

/// <summary>Faults of guests, tasks, storages and nodes.</summary>
public sealed class GuestFaultTests : IAsyncLifetime
{
    private PveSimulator _simulator = null!;
    private TestClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { TimeProvider = new SimulatedClock(), Delays = false });
        _client = TestClient.As(_simulator);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _simulator.DisposeAsync();
    }

    [Fact]
    public async Task HoldLock_FailsChangesAtOnceAndTasksAtTheirEnd()
    {
        const string Text = "can't lock file '/var/lock/qemu-server/lock-106.conf' - got timeout";
        _simulator.Faults.HoldLock(106);
        _simulator.Faults.HoldLock(203);

        TestReply change = await _client.PutAsync("/nodes/pve1/qemu/106/config", ("name", "x"));
        Assert.Equal((500, Text), (change.Status, change.Reason));
        Assert.Equal(Text, await RunAsync(_client.PostAsync("/nodes/pve1/qemu/106/status/start")));
        Assert.Equal(200, (await _client.GetAsync("/nodes/pve1/qemu/106/config")).Status);
        Assert.Equal("can't lock file '/run/lock/lxc/pve-config-203.lock' - got timeout", (await _client.PutAsync("/nodes/pve2/lxc/203/config", ("hostname", "x"))).Reason);

        _simulator.Faults.ReleaseLock(106);
        Assert.Equal("OK", await RunAsync(_client.PostAsync("/nodes/pve1/qemu/106/status/start")));
    }

    [Fact]
    public async Task StopAgent_FailsTheAgentsCallsOnly()
    {
        _simulator.Faults.StopAgent(100);

        TestReply ping = await _client.PostAsync("/nodes/pve1/qemu/100/agent/ping");
        Assert.Equal((500, "QEMU guest agent is not running"), (ping.Status, ping.Reason));
        Assert.Equal(200, (await _client.GetAsync("/nodes/pve1/qemu/100/agent")).Status);
        _simulator.Faults.StartAgent(100);
        Assert.Equal(200, (await _client.PostAsync("/nodes/pve1/qemu/100/agent/ping")).Status);
    }

    [Fact]
    public async Task FillStorage_FailsWhatNeedsSpace()
    {
        _simulator.Faults.FillStorage("local-lvm");

        Assert.Equal(
            "unable to create VM 400 - error during cfs-locked 'storage-local-lvm' operation: lvcreate 'pve/vm-400-disk-0' error:   Cannot create new thin volume, free space in thin pool pve/data reached threshold.",
            await RunAsync(_client.PostAsync("/nodes/pve1/qemu", ("vmid", "400"), ("scsi0", "local-lvm:4"))));
        Assert.Equal(500, (await _client.GetAsync("/nodes/pve1/qemu/400/config")).Status);
        JsonNode seen = (await _client.GetAsync("/nodes/pve1/storage/local-lvm/status")).Data!;
        Assert.Equal(seen["total"]!.GetValue<long>(), seen["used"]!.GetValue<long>());
        _simulator.Faults.EmptyStorage("local-lvm");
        Assert.Equal("OK", await RunAsync(_client.PostAsync("/nodes/pve1/qemu", ("vmid", "400"), ("scsi0", "local-lvm:4"))));
    }

    [Fact]
    public async Task FailTask_EndsItWithTheTextAndUndoesIt()
    {
        _simulator.Faults.FailTask(new TaskFault { Type = "qmclone", Text = "clone failed: copy failed: no space left on device" });

        Assert.Equal("clone failed: copy failed: no space left on device", await RunAsync(_client.PostAsync("/nodes/pve1/qemu/9000/clone", ("newid", "300"), ("full", "1"))));
        Assert.Equal(500, (await _client.GetAsync("/nodes/pve1/qemu/300/config")).Status);
        Assert.Equal("OK", await RunAsync(_client.PostAsync("/nodes/pve1/qemu/9000/clone", ("newid", "300"), ("full", "1"))));
    }

    [Fact]
    public async Task RebootNode_InTheMiddleOfATask_EndsItUnexpectedly()
    {
        string upid = (await _client.PostAsync("/nodes/pve1/qemu/9000/clone", ("newid", "300"), ("full", "1"))).Data!.GetValue<string>();

        _simulator.Faults.RebootNode("pve1");

        JsonNode task = (await _client.GetAsync($"/nodes/pve1/tasks/{Uri.EscapeDataString(upid)}/status")).Data!;
        Assert.Equal(("stopped", "unexpected status"), (task["status"]!.GetValue<string>(), task["exitstatus"]!.GetValue<string>()));
        Assert.Equal("stopped", (await _client.GetAsync("/nodes/pve1/qemu/100/status/current")).Data!["status"]!.GetValue<string>());
        Assert.Equal("running", (await _client.GetAsync("/nodes/pve2/qemu/101/status/current")).Data!["status"]!.GetValue<string>());
        _simulator.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("running", (await _client.GetAsync("/nodes/pve1/qemu/100/status/current")).Data!["status"]!.GetValue<string>());
        Assert.InRange((await _client.GetAsync("/nodes/pve1/status")).Data!["uptime"]!.GetValue<long>(), 1, 10);
        Assert.Throws<ArgumentException>(() => _simulator.Faults.RebootNode("pve9"));
    }

    [Fact]
    public async Task KillNode_ThatHangs_TimesOutInsteadOfRefusing()
    {
        _simulator.Faults.KillNode("pve3", hangs: true);

        TestReply reply = await _client.GetAsync("/nodes/pve3/status");
        Assert.Equal((596, "Connection timed out", 0), (reply.Status, reply.Reason, reply.Body.Length));
        Assert.Equal("offline", (await _client.GetAsync("/nodes")).Data![2]!["status"]!.GetValue<string>());
        _simulator.Faults.Clear();
        Assert.Equal(200, (await _client.GetAsync("/nodes/pve3/status")).Status);
    }

    private async Task<string> RunAsync(Task<TestReply> call)
    {
        TestReply started = await call;
        Assert.True(started.Status == 200, started.Text);
        string upid = started.Data!.GetValue<string>();
        _simulator.Advance(TimeSpan.FromSeconds(5));
        return (await _client.GetAsync($"/nodes/{upid.Split(':')[1]}/tasks/{Uri.EscapeDataString(upid)}/status")).Data!["exitstatus"]!.GetValue<string>();
    }
}
