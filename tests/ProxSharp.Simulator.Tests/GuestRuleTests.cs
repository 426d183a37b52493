using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Tests;

/// <summary>Rules of the real server about guests that a careless client would meet there first.</summary>
public sealed class GuestRuleTests : SimulatedCluster
{
    private const string Staging = "/nodes/pve1/qemu/106";

    [Fact]
    public async Task Start_OfAMachineThatSleepsOnDisk_WakesItUp()
    {
        (string exit, _) = await RunAsync(Client.PostAsync("/nodes/pve1/qemu/102/status/suspend", ("todisk", "1")));
        Assert.Equal("OK", exit);
        Assert.Equal("suspended", (await DataAsync("/nodes/pve1/qemu/102/status/current"))["lock"]!.GetValue<string>());

        (exit, _) = await RunAsync(Client.PostAsync("/nodes/pve1/qemu/102/status/start"));

        JsonNode status = await DataAsync("/nodes/pve1/qemu/102/status/current");
        Assert.Equal(("OK", "running"), (exit, status["status"]!.GetValue<string>()));
        Assert.Null(status["lock"]);
    }

    [Fact]
    public async Task Delete_OfADiskOfAProtectedMachine_IsRefused()
    {
        Assert.Equal(200, (await Client.PutAsync($"{Staging}/config", ("protection", "1"))).Status);

        Assert.Equal((500, "can't remove drive 'scsi0' - protection mode enabled"), Answer(await Client.PutAsync($"{Staging}/config", ("delete", "scsi0"))));

        Assert.NotNull((await DataAsync($"{Staging}/config"))["scsi0"]);
        Assert.Equal(200, (await Client.PutAsync($"{Staging}/config", ("delete", "protection"))).Status);
        Assert.Equal(200, (await Client.PutAsync($"{Staging}/config", ("delete", "scsi0"))).Status);
    }

    [Fact]
    public async Task Config_OfADiskThatWasUnused_IsUnusedNoMore()
    {
        await Client.PutAsync($"{Staging}/config", ("scsi3", "local:1"));
        await Client.PutAsync($"{Staging}/config", ("delete", "scsi3"));
        string unused = (await DataAsync($"{Staging}/config"))["unused0"]!.GetValue<string>();

        Assert.Equal(200, (await Client.PutAsync($"{Staging}/config", ("scsi4", unused))).Status);

        JsonNode config = await DataAsync($"{Staging}/config");
        Assert.StartsWith(unused, config["scsi4"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null(config["unused0"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delete_OfADisk_KeepsItsVolumeUnlessForced(bool force)
    {
        await Client.PutAsync($"{Staging}/config", ("scsi3", "local:1"));
        string volume = (await DataAsync($"{Staging}/config"))["scsi3"]!.GetValue<string>().Split(',')[0];

        Assert.Equal(200, (await Client.PutAsync($"{Staging}/config", ("delete", "scsi3"), ("force", force ? "1" : "0"))).Status);

        JsonNode config = await DataAsync($"{Staging}/config");
        JsonArray volumes = (await DataAsync("/nodes/pve1/storage/local/content")).AsArray();
        Assert.Null(config["scsi3"]);
        Assert.Equal(force ? null : volume, config["unused0"]?.GetValue<string>());
        Assert.Equal(!force, volumes.Any(item => item!["volid"]!.GetValue<string>() == volume));
    }

    [Fact]
    public async Task Config_OfANewDiskInThePlaceOfAnother_KeepsTheOldOneUnused()
    {
        string before = (await DataAsync($"{Staging}/config"))["scsi0"]!.GetValue<string>().Split(',')[0];

        Assert.Equal(200, (await Client.PutAsync($"{Staging}/config", ("scsi0", "local:2"))).Status);

        Assert.Equal(before, (await DataAsync($"{Staging}/config"))["unused0"]!.GetValue<string>());
    }

    [Fact]
    public async Task Config_WithABootDeviceThatIsNotThere_IsRefused()
    {
        Assert.Equal((500, "invalid bootorder: device 'scsi17' does not exist'"), Answer(await Client.PutAsync($"{Staging}/config", ("boot", "order=scsi17"))));
        Assert.Equal(200, (await Client.PutAsync($"{Staging}/config", ("boot", "order=scsi17;net0"), ("scsi17", "local:1"))).Status);
    }

    [Fact]
    public async Task Rollback_KeepsADiskThatIsNewerThanTheSnapshot()
    {
        await RunAsync(Client.PostAsync($"{Staging}/snapshot", ("snapname", "before")));
        await Client.PutAsync($"{Staging}/config", ("scsi5", "local:1"));
        string added = (await DataAsync($"{Staging}/config"))["scsi5"]!.GetValue<string>().Split(',')[0];

        (string exit, _) = await RunAsync(Client.PostAsync($"{Staging}/snapshot/before/rollback"));

        JsonNode config = await DataAsync($"{Staging}/config");
        Assert.Equal("OK", exit);
        Assert.Null(config["scsi5"]);
        Assert.Equal(added, config["unused0"]!.GetValue<string>());
    }

    [Fact]
    public async Task Snapshot_HasADescriptionOfItsOwn_AndRollbackKeepsTheNotesOfTheGuest()
    {
        await Client.PutAsync($"{Staging}/config", ("description", "of the guest"));
        await RunAsync(Client.PostAsync($"{Staging}/snapshot", ("snapname", "before"), ("description", "of the snapshot")));
        await Client.PutAsync($"{Staging}/config", ("description", "later"));

        Assert.Equal("of the snapshot", (await DataAsync($"{Staging}/snapshot/before/config"))["description"]!.GetValue<string>());
        (string exit, _) = await RunAsync(Client.PostAsync($"{Staging}/snapshot/before/rollback"));

        Assert.Equal(("OK", "later"), (exit, (await DataAsync($"{Staging}/config"))["description"]!.GetValue<string>().TrimEnd('\n')));
    }

    [Fact]
    public async Task Clone_OfASnapshot_HasTheConfigurationOfThatTime()
    {
        await RunAsync(Client.PostAsync($"{Staging}/snapshot", ("snapname", "before")));
        await Client.PutAsync($"{Staging}/config", ("cores", "7"));

        Assert.Equal((500, "snapshot 'nope' does not exist"), Answer(await Client.PostAsync($"{Staging}/clone", ("newid", "330"), ("snapname", "nope"), ("full", "1"))));
        (string exit, _) = await RunAsync(Client.PostAsync($"{Staging}/clone", ("newid", "330"), ("snapname", "before"), ("full", "1")));

        JsonNode config = await DataAsync("/nodes/pve1/qemu/330/config");
        Assert.Equal(("OK", "Copy-of-VM-staging"), (exit, config["name"]!.GetValue<string>()));
        Assert.NotEqual("7", config["cores"]?.ToString());
        Assert.Null(config["parent"]);
    }

    [Fact]
    public async Task Restore_ToAnotherStorageAsAUniqueCopy_MovesTheDisksAndChangesTheAddresses()
    {
        JsonNode original = await DataAsync($"{Staging}/config");
        await RunAsync(Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106"), ("storage", "local"), ("mode", "stop")));
        string archive = (await DataAsync("/nodes/pve1/storage/local/content?content=backup&vmid=106"))[0]!["volid"]!.GetValue<string>();

        (string exit, _) = await RunAsync(Client.PostAsync("/nodes/pve1/qemu", ("vmid", "331"), ("archive", archive), ("storage", "local-lvm"), ("unique", "1")));

        JsonNode copy = await DataAsync("/nodes/pve1/qemu/331/config");
        Assert.Equal("OK", exit);
        Assert.StartsWith("local-lvm:", copy["scsi0"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotEqual(original["net0"]!.GetValue<string>(), copy["net0"]!.GetValue<string>());
        Assert.Equal(original["net0"]!.GetValue<string>().Split(',')[1..], copy["net0"]!.GetValue<string>().Split(',')[1..]);
    }

    [Fact]
    public async Task Restore_ToItsOwnPlace_KeepsStorageAndAddresses()
    {
        JsonNode original = await DataAsync($"{Staging}/config");
        await RunAsync(Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106"), ("storage", "local"), ("mode", "stop")));
        string archive = (await DataAsync("/nodes/pve1/storage/local/content?content=backup&vmid=106"))[0]!["volid"]!.GetValue<string>();

        (string exit, _) = await RunAsync(Client.PostAsync("/nodes/pve1/qemu", ("vmid", "106"), ("archive", archive), ("force", "1")));

        JsonNode restored = await DataAsync($"{Staging}/config");
        Assert.Equal("OK", exit);
        Assert.Equal(original["net0"]!.GetValue<string>(), restored["net0"]!.GetValue<string>());
        Assert.Equal(original["scsi0"]!.GetValue<string>().Split(':')[0], restored["scsi0"]!.GetValue<string>().Split(':')[0]);
    }

    [Fact]
    public async Task Restore_OverAMachine_KeepsItsPool_AndTheDisksThatTheBackupDoesNotBring_Unused()
    {
        await RunAsync(Client.PostAsync("/nodes/pve1/vzdump", ("vmid", "106"), ("storage", "local"), ("mode", "stop")));
        string archive = (await DataAsync("/nodes/pve1/storage/local/content?content=backup&vmid=106"))[0]!["volid"]!.GetValue<string>();
        await Client.PostAsync("/pools", ("poolid", "tests"));
        await Client.PutAsync("/pools/tests", ("vms", "106"));
        string old = (await DataAsync($"{Staging}/config"))["scsi0"]!.GetValue<string>().Split(',')[0];
        await Client.PutAsync($"{Staging}/config", ("scsi4", "local:1"));
        string added = (await DataAsync($"{Staging}/config"))["scsi4"]!.GetValue<string>().Split(',')[0];
        await Client.PutAsync($"{Staging}/config", ("scsi0", "local:1"));
        string second = (await DataAsync($"{Staging}/config"))["scsi0"]!.GetValue<string>().Split(',')[0];

        Assert.Equal("OK", (await RunAsync(Client.PostAsync("/nodes/pve1/qemu", ("vmid", "106"), ("archive", archive), ("force", "1")))).Exit);

        JsonObject restored = (await DataAsync($"{Staging}/config")).AsObject();
        string[] unused = [.. restored.Where(static option => option.Key.StartsWith("unused", StringComparison.Ordinal)).Select(static option => option.Value!.GetValue<string>()).Order(StringComparer.Ordinal)];
        Assert.Equal(new[] { old, added }.Order(StringComparer.Ordinal), unused);
        Assert.DoesNotContain((await DataAsync("/nodes/pve1/storage/local/content")).AsArray(), item => item!["volid"]!.GetValue<string>() == second);
        Assert.Contains((await DataAsync("/pools/tests"))["members"]!.AsArray(), static member => member!["vmid"]!.ToString() == "106");
    }

    [Fact]
    public async Task Move_OfAnUnusedDisk_KeepsItBesideItsCopy()
    {
        await Client.PutAsync($"{Staging}/config", ("delete", "scsi0"));
        string volume = (await DataAsync($"{Staging}/config"))["unused0"]!.GetValue<string>();

        Assert.Equal("OK", (await RunAsync(Client.PostAsync($"{Staging}/move_disk", ("disk", "unused0"), ("storage", "local")))).Exit);

        JsonNode config = await DataAsync($"{Staging}/config");
        Assert.StartsWith("local:", config["unused0"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(volume, config["unused1"]!.GetValue<string>());
        Assert.Contains((await DataAsync("/nodes/pve1/storage/local-lvm/content")).AsArray(), item => item!["volid"]!.GetValue<string>() == volume);
    }

    [Theory]
    [InlineData("pve1", "qemu", 106, "archive", "VM")]
    [InlineData("pve2", "lxc", 203, "ostemplate", "CT")]
    public async Task Restore_OverAProtectedGuest_FailsInTheTaskAndKeepsIt(string node, string kind, int vmid, string archive, string title)
    {
        string guest = $"/nodes/{node}/{kind}/{vmid}";
        await RunAsync(Client.PostAsync($"/nodes/{node}/vzdump", ("vmid", $"{vmid}"), ("storage", "local"), ("mode", "stop")));
        string backup = (await DataAsync($"/nodes/{node}/storage/local/content?content=backup&vmid={vmid}"))[0]!["volid"]!.GetValue<string>();
        Assert.Equal(200, (await Client.PutAsync($"{guest}/config", ("protection", "1"), ("description", "kept"))).Status);

        (string exit, _) = await RunAsync(Client.PostAsync($"/nodes/{node}/{kind}", ("vmid", $"{vmid}"), (archive, backup), ("force", "1"), kind == "lxc" ? ("restore", "1") : ("unique", "0")));

        Assert.Equal($"unable to restore {title} {vmid} - protection mode enabled", exit);
        Assert.StartsWith("kept", (await DataAsync($"{guest}/config"))["description"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Destroy_OfAGuestThatIsLookedAfter_NeedsPurgeAndThenLeavesNoTrace()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/ha/resources", ("sid", "vm:106"), ("state", "ignored"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/cluster/backup", ("id", "two"), ("schedule", "02:30"), ("storage", "local"), ("vmid", "106,100"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/cluster/backup", ("id", "one"), ("schedule", "02:30"), ("storage", "local"), ("vmid", "106"))).Status);

        Assert.Equal((500, "unable to remove VM 106 - used in HA resources and purge parameter not set."), Answer(await Client.DeleteAsync(Staging)));
        (string exit, _) = await RunAsync(Client.DeleteAsync($"{Staging}?purge=1"));

        Assert.Equal("OK", exit);
        Assert.Empty((await DataAsync("/cluster/ha/resources")).AsArray());
        Assert.Equal("100", Assert.Single((await DataAsync("/cluster/backup")).AsArray())!["vmid"]!.GetValue<string>());
    }

    [Fact]
    public async Task Destroy_OfAReplicatedGuest_NeedsPurge()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/replication", ("id", "106-0"), ("type", "local"), ("target", "pve2"))).Status);

        Assert.Equal((500, "There is a replication job '106-0' for guest '106' - Please remove that first."), Answer(await Client.DeleteAsync(Staging)));
        Assert.Equal("OK", (await RunAsync(Client.DeleteAsync($"{Staging}?purge=1"))).Exit);
        Assert.Empty((await DataAsync("/cluster/replication")).AsArray());
    }

    [Fact]
    public async Task Create_OnAStorageWithoutImages_IsRefused()
    {
        Assert.Equal(200, (await Client.PostAsync("/storage", ("storage", "isos"), ("type", "dir"), ("path", "/mnt/isos"), ("content", "iso"))).Status);

        TestReply reply = await Client.PostAsync("/nodes/pve1/qemu", ("vmid", "332"), ("scsi0", "isos:4"));

        Assert.Equal((400, "storage 'isos' does not support vm images"), (reply.Status, reply.Error("storage")));
    }

    [Fact]
    public async Task Pools_OnEachOther_KeepTheirOrder()
    {
        Assert.Equal((500, "create pool failed: parent pool 'nope' does not exist"), Answer(await Client.PostAsync("/pools", ("poolid", "nope/inner"))));
        Assert.Equal(200, (await Client.PostAsync("/pools", ("poolid", "outer"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/pools", ("poolid", "outer/inner"))).Status);

        Assert.Equal((500, "delete pool failed: pool 'outer' is not empty (contains pool 'outer/inner')"), Answer(await Client.DeleteAsync("/pools?poolid=outer")));
        Assert.Equal(200, (await Client.DeleteAsync("/pools?poolid=outer%2Finner")).Status);
        Assert.Equal(200, (await Client.DeleteAsync("/pools?poolid=outer")).Status);
    }

    [Theory]
    [InlineData("macro", "Nope", "macro", "unknown macro 'Nope'")]
    [InlineData("dport", "80", "proto", "missing property - 'dport' requires this property")]
    [InlineData("source", "+nope", "source", "no such ipset 'nope'")]
    public async Task FirewallRule_ThatNamesWhatIsNotThere_IsRefused(string option, string value, string parameter, string message)
    {
        TestReply reply = await Client.PostAsync("/cluster/firewall/rules", ("type", "in"), ("action", "ACCEPT"), (option, value));

        Assert.Equal((400, message), (reply.Status, reply.Error(parameter)));
        Assert.Empty((await DataAsync("/cluster/firewall/rules")).AsArray());
    }

    [Fact]
    public async Task FirewallRule_WithASetAndAMacro_IsKept()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/firewall/ipset", ("name", "office"))).Status);

        Assert.Equal(200, (await Client.PostAsync("/cluster/firewall/rules", ("type", "in"), ("action", "ACCEPT"), ("macro", "ssh"), ("source", "+dc/office"))).Status);

        Assert.Equal("SSH", (await DataAsync("/cluster/firewall/rules"))[0]!["macro"]!.GetValue<string>());
    }

    [Fact]
    public async Task MoveDisk_ToAnotherGuest_GivesItTheDisk()
    {
        await Client.PutAsync($"{Staging}/config", ("scsi3", "local:3"));

        Assert.Equal((500, "Target disk key 'scsi0' is already in use for VM '102'"), Answer(await Client.PostAsync($"{Staging}/move_disk", ("disk", "scsi3"), ("target-vmid", "102"), ("target-disk", "scsi0"))));
        Assert.Equal((500, "Both VMs need to be on the same node (pve1) but target VM is on pve2."), Answer(await Client.PostAsync($"{Staging}/move_disk", ("disk", "scsi3"), ("target-vmid", "101"))));
        (string exit, _) = await RunAsync(Client.PostAsync($"{Staging}/move_disk", ("disk", "scsi3"), ("target-vmid", "102"), ("target-disk", "scsi7")));

        Assert.Equal("OK", exit);
        Assert.Null((await DataAsync($"{Staging}/config"))["scsi3"]);
        Assert.Matches("^local:102/vm-102-disk-[0-9]+[.]raw,size=3G$", (await DataAsync("/nodes/pve1/qemu/102/config"))["scsi7"]!.GetValue<string>());
    }

    [Fact]
    public async Task MoveDisk_ThatCannotWork_IsRefused()
    {
        await Client.PutAsync($"{Staging}/config", ("scsi3", "local:3,format=qcow2"));
        Assert.Equal("OK", (await RunAsync(Client.PostAsync($"{Staging}/snapshot", ("snapname", "before")))).Exit);

        Assert.Equal((500, "you can't move to the same storage with same format"), Answer(await Client.PostAsync($"{Staging}/move_disk", ("disk", "scsi3"), ("storage", "local"))));
        Assert.Equal(
            (500, "you can't move a disk with snapshots and delete the source"),
            Answer(await Client.PostAsync($"{Staging}/move_disk", ("disk", "scsi3"), ("storage", "local-lvm"), ("delete", "1"))));
        Assert.Equal(
            (500, "Can't move disk used by a snapshot to another VM"), Answer(await Client.PostAsync($"{Staging}/move_disk", ("disk", "scsi3"), ("target-vmid", "102"))));
    }

    [Fact]
    public async Task Restore_OfABackupThatIsNotThere_LeavesTheGuestAsItIs()
    {
        const string Missing = "local:backup/vzdump-qemu-106-2020_01_01-00_00_00.vma.zst";
        JsonNode before = await DataAsync($"{Staging}/config");

        TestReply reply = await Client.PostAsync("/nodes/pve1/qemu", ("vmid", "106"), ("archive", Missing), ("force", "1"));

        Assert.Equal((500, $"volume '{Missing}' does not exist"), Answer(reply));
        Assert.Equal(before.ToJsonString(), (await DataAsync($"{Staging}/config")).ToJsonString());
    }
}
