using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Backups;

namespace ProxSharp.Simulator.Tests;

/// <summary>Backups, restores and backup jobs.</summary>
public sealed class BackupTests : SimulatedCluster
{
    [Fact]
    public async Task FileRestore_OfAStorageThatIsNoBackupServer_IsRefused()
    {
        TestReply reply = await Client.GetAsync("/nodes/pve1/storage/local/file-restore/list?volume=local:backup/vzdump-lxc-200-2026_01_01-00_00_00.tar.zst&filepath=/");
        Assert.Equal(400, reply.Status);
        Assert.Contains("Only PBS storages supported", System.Text.Encoding.UTF8.GetString(reply.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vzdump_OfAMachine_WritesProgressAndLeavesAnArchive()
    {
        (string exit, string[] log) = await RunAsync(Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106"), ("storage", "local"), ("mode", "stop"), ("notes-template", "{{guestname}} on {{node}}"), ("protected", "1")));

        Assert.Equal("OK", exit);
        Assert.Equal("INFO: starting new backup job: vzdump 106 --mode stop --node pve1 --notes-template '{{guestname}} on {{node}}' --protected 1 --storage local", log[0]);
        Assert.Contains("INFO: include disk 'scsi0' 'local-lvm:vm-106-disk-0' 20G", log);
        Assert.Contains(log, static line => line.StartsWith("INFO:  50% (10.0 GiB of 20.0 GiB) in 15s", StringComparison.Ordinal));
        Assert.Equal(["INFO: Backup job finished successfully", "TASK OK"], log[^2..]);
        JsonNode archive = Assert.Single((await DataAsync("/nodes/pve1/storage/local/content?content=backup")).AsArray())!;
        Assert.Equal(("local:backup/vzdump-qemu-106-2026_11_22-21_00_00.vma", "staging on pve1", 1), (archive["volid"]!.GetValue<string>(), archive["notes"]!.GetValue<string>(), archive["protected"]!.GetValue<int>()));
        Assert.Contains("name: staging\n", (await DataAsync($"/nodes/pve1/vzdump/extractconfig?volume={archive["volid"]}")).GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_OfABackupServer_TellsContainersFromMachines()
    {
        Assert.Equal(200, (await Client.PostAsync("/storage", ("storage", "vault"), ("type", "pbs"), ("server", "192.0.2.7"), ("datastore", "main"))).Status);
        Assert.Equal("OK", (await RunAsync(Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106,200"), ("storage", "vault")))).Exit);
        JsonArray backups = (await DataAsync("/nodes/pve1/storage/vault/content?content=backup")).AsArray();
        Assert.Equal(["ct/lxc", "vm/qemu"], backups.Select(static entry => $"{entry!["volid"]!.GetValue<string>().Split('/')[1]}/{entry["subtype"]}").Order());
    }

    [Fact]
    public async Task Vzdump_WhileItRuns_HoldsTheBackupLock()
    {
        string upid = (await Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106"))).Data!.GetValue<string>();

        Assert.Equal((500, "VM is locked (backup)"), Answer(await Client.PutAsync("/nodes/pve1/qemu/106/config", ("name", "x"))));
        Assert.Equal(200, (await Client.DeleteAsync($"/nodes/pve1/tasks/{Uri.EscapeDataString(upid)}")).Status);
        Assert.Equal(200, (await Client.PutAsync("/nodes/pve1/qemu/106/config", ("name", "x"))).Status);
        Assert.Empty((await DataAsync("/nodes/pve1/storage/local/content?content=backup")).AsArray());
    }

    [Fact]
    public async Task Vzdump_OfALockedGuestOrAFullStorage_FailsTheJob()
    {
        Assert.Equal(200, (await Client.PutAsync("/nodes/pve1/qemu/106/config", ("lock", "migrate"))).Status);
        (string exit, string[] log) = await RunAsync(Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106,100")));
        Assert.Equal("job errors", exit);
        Assert.Contains("ERROR: Backup of VM 106 failed - VM is locked (migrate)", log);
        Assert.Single((await DataAsync("/nodes/pve1/storage/local/content?content=backup")).AsArray());

        Simulator.Faults.FillStorage("local");
        (exit, log) = await RunAsync(Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "100")));
        Assert.Equal("job errors", exit);
        Assert.Contains("ERROR: Backup of VM 100 failed - vma_queue_write: write error - Broken pipe", log);
    }

    [Fact]
    public async Task Restore_OfAMachineAndAContainer_CreatesThemFromTheArchive()
    {
        await RunAsync(Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106,200")));
        string[] archives = [.. (await DataAsync("/nodes/pve1/storage/local/content?content=backup")).AsArray().Select(static entry => entry!["volid"]!.GetValue<string>()).Order(StringComparer.Ordinal)];

        (string exit, string[] log) = await RunAsync(Client.PostAsync("/nodes/pve1/qemu", ("vmid", "310"), ("archive", archives[1])));
        Assert.Equal("OK", exit);
        Assert.Contains(log, static line => line.StartsWith("progress 50% (read ", StringComparison.Ordinal));
        Assert.Equal("staging", (await DataAsync("/nodes/pve1/qemu/310/config"))["name"]!.GetValue<string>());
        (exit, _) = await RunAsync(Client.PostAsync("/nodes/pve1/lxc", ("vmid", "311"), ("ostemplate", archives[0]), ("restore", "1")));
        Assert.Equal("OK", exit);
        Assert.Equal("dns", (await DataAsync("/nodes/pve1/lxc/311/config"))["hostname"]!.GetValue<string>());
    }

    [Fact]
    public async Task DisabledStorage_TakesNoBackups_AndGivesOutNoneAndNoTemplates()
    {
        await RunAsync(Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106,200")));
        string[] archives = [.. (await DataAsync("/nodes/pve1/storage/local/content?content=backup")).AsArray().Select(static entry => entry!["volid"]!.GetValue<string>()).Order(StringComparer.Ordinal)];
        string template = (await DataAsync("/nodes/pve1/storage/local/content?content=vztmpl")).AsArray()[0]!["volid"]!.GetValue<string>();
        Assert.Equal(200, (await Client.PutAsync("/storage/local", ("disable", "1"))).Status);

        Assert.Equal((500, "could not activate storage 'local': storage 'local' is disabled"), Answer(await Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106"))));
        Assert.Equal((500, "storage 'local' is disabled"), Answer(await Client.PostAsync("/nodes/pve1/qemu", ("vmid", "310"), ("archive", archives[1]))));
        (string exit, _) = await RunAsync(Client.PostAsync("/nodes/pve1/lxc", ("vmid", "311"), ("ostemplate", template), ("rootfs", "local-lvm:4")));
        Assert.Equal("unable to create CT 311 - storage 'local' is disabled", exit);
        (exit, _) = await RunAsync(Client.PostAsync("/nodes/pve1/lxc", ("vmid", "311"), ("ostemplate", archives[0]), ("restore", "1"), ("storage", "local-lvm")));
        Assert.Equal("unable to restore CT 311 - storage 'local' is disabled", exit);
        Assert.DoesNotContain((await DataAsync("/cluster/resources?type=storage")).AsArray(), static entry => entry!["storage"]!.GetValue<string>() == "local");
    }

    [Fact]
    public async Task Job_IsListedWithItsNextRunAndCoversItsGuests()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/backup", ("id", "nightly"), ("schedule", "mon..fri 02:30"), ("storage", "local"), ("vmid", "106,200"), ("prune-backups", "keep-daily=7"))).Status);

        JsonNode job = Assert.Single((await DataAsync("/cluster/backup")).AsArray())!;
        Assert.Equal(("nightly", "vzdump", 1, 1795401000, "7"), (job["id"]!.GetValue<string>(), job["type"]!.GetValue<string>(), job["enabled"]!.GetValue<int>(), job["next-run"]!.GetValue<long>(), job["prune-backups"]!["keep-daily"]!.GetValue<string>()));
        JsonArray guests = (await DataAsync("/cluster/backup/nightly/included_volumes"))["children"]!.AsArray();
        Assert.Equal(["106", "200"], guests.Select(static guest => guest!["id"]!.ToJsonString()));
        Assert.Equal("""{"id":"106:scsi0","name":"local-lvm:vm-106-disk-0","included":1,"reason":"backup=yes","leaf":1}""", guests[0]!["children"]![0]!.ToJsonString());
        int[] uncovered = [.. (await DataAsync("/cluster/backup-info/not-backed-up")).AsArray().Select(static guest => guest!["vmid"]!.GetValue<int>())];
        Assert.Equal(10, uncovered.Length);
        Assert.DoesNotContain(106, uncovered);
        Assert.Equal("No such job 'nope'", (await Client.GetAsync("/cluster/backup/nope/included_volumes")).Error("id"));
    }

    [Theory]
    [InlineData("mon..fri 02:30", "2026-11-23 02:30", "2026-11-24 02:30")]
    [InlineData("*/15", "2026-11-22 21:15", "2026-11-22 21:30")]
    [InlineData("daily", "2026-11-23 00:00", "2026-11-24 00:00")]
    [InlineData("sat,sun 18:15", "2026-11-28 18:15", "2026-11-29 18:15")]
    [InlineData("*-*-1 03:00", "2026-12-01 03:00", "2027-01-01 03:00")]
    [InlineData("8..17/4:00", "2026-11-23 08:00", "2026-11-23 12:00")]
    public void CalendarEvent_Next_FollowsTheSchedule(string schedule, string first, string second)
    {
        Assert.True(CalendarEvent.TryParse(schedule, out CalendarEvent? parsed));
        DateTimeOffset one = parsed.Next(new DateTimeOffset(2026, 11, 22, 21, 0, 0, TimeSpan.Zero))!.Value;

        Assert.Equal(first, one.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        Assert.Equal(second, parsed.Next(one)!.Value.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("foo bar")]
    [InlineData("25:00")]
    [InlineData("")]
    public void CalendarEvent_ThatMakesNoSense_IsRefused(string schedule) => Assert.False(CalendarEvent.TryParse(schedule, out _));

    [Fact]
    public async Task Analyze_ListsTheNextRuns() => Assert.Equal(
        """[{"timestamp":1795401000,"utc":"Mon Nov 23 02:30:00 2026"},{"timestamp":1795487400,"utc":"Tue Nov 24 02:30:00 2026"}]""",
        (await DataAsync("/cluster/jobs/schedule-analyze?schedule=mon..fri%2002%3A30&iterations=2")).ToJsonString());

    [Fact]
    public async Task Migrate_OfARunningMachineWithALocalDisk_WritesProgressAndMovesIt()
    {
        (string exit, string[] log) = await RunAsync(Client.PostAsync("/nodes/pve1/qemu/102/migrate", ("target", "pve2"), ("online", "1"), ("with-local-disks", "1")));

        Assert.Equal("OK", exit);
        Assert.Equal("2026-11-22 21:00:00 starting migration of VM 102 to node 'pve2' (192.0.2.12)", log[0]);
        Assert.Contains(log, static line => line.EndsWith(" drive-scsi0: transferred 32.0 GiB of 64.0 GiB (50.00%)", StringComparison.Ordinal));
        Assert.Contains(log, static line => line.EndsWith(" migration active, transferred 1.0 GiB of 2.0 GiB VM-state, 113.9 MiB/s", StringComparison.Ordinal));
        Assert.Equal("running", (await DataAsync("/nodes/pve2/qemu/102/status/current"))["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Migrate_BringsTheFirewallAlong()
    {
        Assert.Equal(200, (await Client.PostAsync("/nodes/pve1/qemu/102/firewall/rules", ("type", "in"), ("action", "DROP"), ("comment", "mine"))).Status);
        Assert.Equal(200, (await Client.PutAsync("/nodes/pve1/qemu/102/firewall/options", ("enable", "1"))).Status);

        await RunAsync(Client.PostAsync("/nodes/pve1/qemu/102/migrate", ("target", "pve2"), ("online", "1"), ("with-local-disks", "1")));

        Assert.Equal("mine", (await DataAsync("/nodes/pve2/qemu/102/firewall/rules"))[0]!["comment"]!.GetValue<string>());
        Assert.NotNull((await DataAsync("/nodes/pve2/qemu/102/firewall/options"))["enable"]);
    }

    [Theory]
    [InlineData("1", 500)]
    [InlineData("0", 200)]
    public async Task RemoteMigrate_KeepsTheSourceLockedUnlessItIsDeleted(string delete, int status)
    {
        (string exit, string[] log) = await RunAsync(Client.PostAsync(
            "/nodes/pve1/qemu/106/remote_migrate",
            ("target-endpoint", "host=192.0.2.99,apitoken=PVEAPIToken=root@pam!m=11111111-2222-3333-4444-555555555555"), ("target-bridge", "vmbr0"), ("target-storage", "local"), ("delete", delete)));

        Assert.Equal("OK", exit);
        Assert.Contains("to node '192.0.2.99'", log[0], StringComparison.Ordinal);
        TestReply source = await Client.GetAsync("/nodes/pve1/qemu/106/config");
        Assert.Equal(status, source.Status);
        Assert.Equal(status == 200 ? "migrate" : null, source.Data?["lock"]?.GetValue<string>());
    }
}
