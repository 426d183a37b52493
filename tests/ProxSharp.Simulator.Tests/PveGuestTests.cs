using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace ProxSharp.Simulator.Tests;

/// <summary>Guests and their tasks.</summary>
public sealed class PveGuestTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 21, 0, 0, TimeSpan.Zero));
    private PveSimulator _simulator = null!;
    private TestClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { TimeProvider = _time });
        _client = TestClient.As(_simulator);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return _simulator.DisposeAsync();
    }

    [Fact]
    public async Task Create_WithDisksAndNetwork_AllocatesAndCompletesThem()
    {
        string exit = await _client.RunAsync(_time, _client.PostAsync(
            "/nodes/pve1/qemu", ("vmid", "110"), ("name", "vm-b"), ("memory", "64"), ("scsi0", "local:1,format=qcow2,discard=on"), ("scsi1", "local-lvm:0.1"), ("net0", "model=e1000,bridge=vmbr0,tag=5"),
            ("tags", "b,a"), ("pool", "production"), ("kvm", "0")));

        Assert.Equal("OK", exit);
        JsonNode config = (await _client.GetAsync("/nodes/pve1/qemu/110/config")).Data!;
        Assert.Equal("local:110/vm-110-disk-0.qcow2,discard=on,size=1G", config["scsi0"]!.GetValue<string>());
        Assert.Equal("local-lvm:vm-110-disk-0,size=104858K", config["scsi1"]!.GetValue<string>());
        Assert.Matches("^e1000=BC:24:11:[0-9A-F:]{8},bridge=vmbr0,tag=5$", config["net0"]!.GetValue<string>());
        Assert.Equal("a;b", config["tags"]!.GetValue<string>());
        Assert.Equal("order=scsi0;net0", config["boot"]!.GetValue<string>());
        Assert.Equal("64", config["memory"]!.GetValue<string>());
        Assert.Equal(0, config["kvm"]!.GetValue<int>());
        Assert.NotNull(config["digest"]);
    }

    [Theory]
    [InlineData("/nodes/pve1/qemu", "vmid=100", "unable to create VM 100 - VM 100 already exists on node 'pve1'")]
    [InlineData("/nodes/pve1/qemu", "vmid=201", "unable to create VM 201 - VM 201 already exists on node 'pve2'")]
    [InlineData("/nodes/pve1/lxc", "vmid=100&ostemplate=local:vztmpl/x.tar.gz", "VM 100 already exists on node 'pve1'")]
    [InlineData("/nodes/pve1/qemu", "vmid=111&scsi0=nosuch:1", "storage 'nosuch' does not exist")]
    [InlineData("/nodes/pve1/qemu/9000/clone", "newid=100", "unable to create VM 100: config file already exists")]
    [InlineData("/nodes/pve1/qemu/106/migrate", "target=pve9", "no such cluster node 'pve9'")]
    [InlineData("/nodes/pve1/qemu/106/snapshot", "snapname=current", "unable to use snapshot name 'current' (reserved name)")]
    [InlineData("/nodes/pve1/qemu/106/status/reset", "", "VM 106 not running")]
    [InlineData("/nodes/pve2/lxc/203/status/stop", "", "CT 203 not running")]
    [InlineData("/nodes/pve2/qemu/100/config", "name=x", "Configuration file 'nodes/pve2/qemu-server/100.conf' does not exist")]
    [InlineData("/nodes/pve1/qemu/100/config", "digest=0000000000000000000000000000000000000000&name=x", "checksum mismatch (file change by other user?)")]
    [InlineData("/nodes/pve1/qemu/100/config", "", "no options specified")]
    [InlineData("/nodes/pve1/qemu/100/config", "args=-foo", "only root can set 'args' config")]
    [InlineData("/nodes/pve1/qemu/100/config", "cores=%2B2", "unable to parse value of 'cores' - type check ('integer') failed - got '+2'")]
    public async Task Call_ThatCannotWork_FailsAtOnceWithTheRecordedText(string path, string form, string message)
    {
        using StringContent content = new(form, null, "application/x-www-form-urlencoded");

        TestReply reply = await _client.SendAsync(HttpMethod.Post, path, content);

        Assert.Equal((500, message, message + "\n"), (reply.Status, reply.Reason, reply.Message));
    }

    [Theory]
    [InlineData("POST", "/nodes/pve1/qemu/100/status/start", "", "VM 100 already running")]
    [InlineData("POST", "/nodes/pve1/qemu/999/status/start", "", "Configuration file 'nodes/pve1/qemu-server/999.conf' does not exist")]
    [InlineData("POST", "/nodes/pve1/qemu/9000/status/start", "", "you can't start a vm if it's a template")]
    [InlineData("PUT", "/nodes/pve1/qemu/106/resize", "disk=scsi9&size=%2B1G", "disk 'scsi9' does not exist")]
    [InlineData("PUT", "/nodes/pve1/qemu/106/resize", "disk=scsi0&size=1G", "shrinking disks is not supported")]
    [InlineData("DELETE", "/nodes/pve1/qemu/106/snapshot/nope", "", "snapshot 'nope' does not exist")]
    [InlineData("POST", "/nodes/pve3/qemu/103/migrate", "target=pve1&online=1", "Problem found while scanning volumes - can't live migrate attached local disks without with-local-disks option")]
    public async Task Task_ThatCannotWork_FailsInItsExitStatus(string method, string path, string form, string exitStatus)
    {
        using StringContent? content = method == "DELETE" ? null : new StringContent(form, null, "application/x-www-form-urlencoded");

        Assert.Equal(exitStatus, await _client.RunAsync(_time, _client.SendAsync(new HttpMethod(method), path, content)));
    }

    [Fact]
    public async Task Migrate_OfARunningMachineOnSharedStorage_MovesIt()
    {
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu/100/migrate", ("target", "pve2"), ("online", "1"))));

        Assert.Equal("running", (await _client.GetAsync("/nodes/pve2/qemu/100/status/current")).Data!["status"]!.GetValue<string>());
        Assert.Equal(500, (await _client.GetAsync("/nodes/pve1/qemu/100/status/current")).Status);
    }

    [Theory]
    [InlineData("qemu/106", "", "can't migrate local disk 'local-lvm:vm-106-disk-0': non-migratable snapshot exists")]
    [InlineData("qemu/102", "online=1&with-local-disks=1", "can't migrate local disk 'local-lvm:vm-102-disk-0': online storage migration not possible if non-replicated snapshot exists")]
    [InlineData("lxc/200", "restart=1", "can't migrate local volume 'local-lvm:vm-200-disk-0': non-migratable snapshot exists")]
    public async Task Migrate_OfALocalDiskWithASnapshot_FailsInItsExitStatus(string guest, string form, string exitStatus)
    {
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync($"/nodes/pve1/{guest}/snapshot", ("snapname", "s1"))));
        using StringContent content = new($"target=pve2&{form}", null, "application/x-www-form-urlencoded");
        Assert.Equal(exitStatus, await _client.RunAsync(_time, _client.SendAsync(HttpMethod.Post, $"/nodes/pve1/{guest}/migrate", content)));

        Assert.Equal("OK", await _client.RunAsync(_time, _client.DeleteAsync($"/nodes/pve1/{guest}/snapshot/s1")));
        using StringContent again = new($"target=pve2&{form}", null, "application/x-www-form-urlencoded");
        Assert.Equal("OK", await _client.RunAsync(_time, _client.SendAsync(HttpMethod.Post, $"/nodes/pve1/{guest}/migrate", again)));
    }

    [Fact]
    public async Task Migrate_WithASnapshotOfALocalCloudInitDrive_Works()
    {
        Assert.Equal(200, (await _client.PutAsync("/nodes/pve1/qemu/100/config", ("ide2", "local-lvm:cloudinit"))).Status);
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu/100/snapshot", ("snapname", "s1"))));
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu/100/migrate", ("target", "pve2"), ("online", "1"))));
    }

    [Fact]
    public async Task Migrate_OfADiskOnZfsWithASnapshot_WorksOfflineAndWhereItIsReplicated()
    {
        (string, string)[] live = [("target", "pve2"), ("online", "1"), ("with-local-disks", "1")];
        Assert.Equal(200, (await _client.PostAsync("/storage", ("storage", "tank"), ("type", "zfspool"), ("pool", "tank"))).Status);
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu/106/move_disk", ("disk", "scsi0"), ("storage", "tank"), ("delete", "1"))));
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu/106/snapshot", ("snapname", "s1"))));
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu/106/status/start")));
        Assert.EndsWith("non-replicated snapshot exists", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu/106/migrate", live)), StringComparison.Ordinal);

        Assert.Equal(200, (await _client.PostAsync("/cluster/replication", ("id", "106-0"), ("type", "local"), ("target", "pve2"))).Status);
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu/106/migrate", live)));
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve2/qemu/106/status/stop")));
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve2/qemu/106/migrate", ("target", "pve3"))));
    }

    [Fact]
    public async Task Migrate_ToItsOwnNode_NamesTheTarget() =>
        Assert.Equal("target is local node.", (await _client.PostAsync("/nodes/pve1/qemu/106/migrate", ("target", "pve1"))).Error("target"));

    [Fact]
    public async Task Snapshot_CreateRollbackDelete_RestoresTheConfiguration()
    {
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu/106/snapshot", ("snapname", "s1"), ("description", "first"))));
        Assert.Equal("snapshot name 's1' already used", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu/106/snapshot", ("snapname", "s1"))));
        Assert.Equal(200, (await _client.PutAsync("/nodes/pve1/qemu/106/config", ("name", "changed"))).Status);

        JsonArray list = (await _client.GetAsync("/nodes/pve1/qemu/106/snapshot")).Data!.AsArray();
        Assert.Equal(["s1", "current"], list.Select(static entry => entry!["name"]!.GetValue<string>()));
        Assert.Equal("s1", list[1]!["parent"]!.GetValue<string>());
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu/106/snapshot/s1/rollback")));
        Assert.Equal("staging", (await _client.GetAsync("/nodes/pve1/qemu/106/config")).Data!["name"]!.GetValue<string>());
        Assert.Equal("OK", await _client.RunAsync(_time, _client.DeleteAsync("/nodes/pve1/qemu/106/snapshot/s1")));
        Assert.Single((await _client.GetAsync("/nodes/pve1/qemu/106/snapshot")).Data!.AsArray());
    }

    [Fact]
    public async Task Resize_ByOneGibibyte_ChangesConfigurationAndVolume()
    {
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PutAsync("/nodes/pve1/qemu/106/resize", ("disk", "scsi0"), ("size", "+1G"))));

        Assert.Equal("local-lvm:vm-106-disk-0,size=21G", (await _client.GetAsync("/nodes/pve1/qemu/106/config")).Data!["scsi0"]!.GetValue<string>());
        JsonNode volume = Assert.Single((await _client.GetAsync("/nodes/pve1/storage/local-lvm/content?vmid=106")).Data!.AsArray())!;
        Assert.Equal(21L << 30, volume["size"]!.GetValue<long>());
    }

    [Fact]
    public async Task Task_WhileItRuns_ShowsProgressAndCanBeStopped()
    {
        string upid = (await _client.PostAsync("/nodes/pve1/qemu/9000/clone", ("newid", "300"), ("full", "1"))).Data!.GetValue<string>();
        string path = $"/nodes/pve1/tasks/{Uri.EscapeDataString(upid)}";
        Assert.Matches("^UPID:pve1:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:qmclone:9000:demo@pve!ci:$", upid);
        Assert.Equal("no content", (await _client.GetAsync($"{path}/log")).Data![0]!["t"]!.GetValue<string>());
        Assert.Equal("VM is locked (clone)", (await _client.PutAsync("/nodes/pve1/qemu/300/config", ("name", "x"))).Reason);

        _time.Advance(TimeSpan.FromMilliseconds(450));
        TestReply log = await _client.GetAsync($"{path}/log?start=1&limit=2");
        Assert.Equal(2, log.Data![0]!["n"]!.GetValue<int>());
        Assert.True(log.Json!["total"]!.GetValue<int>() > 3);
        JsonNode status = (await _client.GetAsync($"{path}/status")).Data!;
        Assert.Equal(("running", null), (status["status"]!.GetValue<string>(), status["exitstatus"]));
        Assert.Equal("RUNNING", (await _client.GetAsync("/nodes/pve1/tasks?source=active")).Data![0]!["status"]!.GetValue<string>());

        Assert.Equal(200, (await _client.DeleteAsync(path)).Status);
        Assert.Equal("received interrupt", (await _client.GetAsync($"{path}/status")).Data!["exitstatus"]!.GetValue<string>());
        Assert.Equal(500, (await _client.GetAsync("/nodes/pve1/qemu/300/config")).Status);
    }

    [Fact]
    public async Task Task_ThatIsUnknown_IsNamed() =>
        Assert.Equal("no such task", (await _client.GetAsync("/nodes/pve1/tasks/UPID%3Apve1%3A00006CBF%3A000345C9%3A6B0355C0%3Aqmcreate%3A100%3Aroot%40pam%3A/status")).Error("upid"));

    [Fact]
    public async Task Template_WithLinkedClones_CannotBeDestroyed()
    {
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu/9000/clone", ("newid", "300"))));

        Assert.Equal("base volume 'local-lvm:base-9000-disk-0' is still in use by linked cloned", await _client.RunAsync(_time, _client.DeleteAsync("/nodes/pve1/qemu/9000")));
    }

    [Fact]
    public async Task Destroy_OfARunningMachine_IsRefused() => Assert.Equal("VM 100 is running - destroy failed", (await _client.DeleteAsync("/nodes/pve1/qemu/100")).Reason);

    [Fact]
    public async Task Backup_ThenRestore_BringsTheGuestBack()
    {
        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106"), ("storage", "local"), ("notes-template", "{{guestname}}"))));
        JsonNode backup = Assert.Single((await _client.GetAsync("/nodes/pve1/storage/local/content?content=backup&vmid=106")).Data!.AsArray())!;
        Assert.Equal("staging", backup["notes"]!.GetValue<string>());

        Assert.Equal("OK", await _client.RunAsync(_time, _client.PostAsync("/nodes/pve1/qemu", ("vmid", "310"), ("archive", backup["volid"]!.GetValue<string>()))));
        Assert.Equal("local-lvm:vm-310-disk-0,size=20G", (await _client.GetAsync("/nodes/pve1/qemu/310/config")).Data!["scsi0"]!.GetValue<string>());
    }
}
