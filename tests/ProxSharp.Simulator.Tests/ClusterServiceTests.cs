using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Tests;

/// <summary>Services of the whole cluster: high availability, firewall, software-defined networks, bulk actions.</summary>
public sealed class ClusterServiceTests : SimulatedCluster
{
    [Fact]
    public async Task Ha_BringsGuestsIntoTheWantedState()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/ha/resources", ("sid", "vm:106"), ("state", "started"), ("max_restart", "2"))).Status);
        Assert.Equal((500, "resource ID 'vm:106' already defined"), Answer(await Client.PostAsync("/cluster/ha/resources", ("sid", "106"))));
        Assert.Equal("vm:106 (pve1, queued)", await StatusAsync());
        JsonNode listed = Assert.Single((await DataAsync("/cluster/ha/resources")).AsArray())!;
        Assert.Equal(("vm:106", "vm", 2), (listed["sid"]!.GetValue<string>(), listed["type"]!.GetValue<string>(), listed["max_restart"]!.GetValue<int>()));

        Simulator.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("vm:106 (pve1, started)", await StatusAsync());
        Assert.Equal("running", (await DataAsync("/nodes/pve1/qemu/106/status/current"))["status"]!.GetValue<string>());

        (string exit, _) = await RunAsync(Client.PostAsync("/nodes/pve1/qemu/106/status/stop"));
        Assert.Equal("OK", exit);
        Assert.Equal(["hastop", "qmshutdown", "qmstart"], [.. (await DataAsync("/nodes/pve1/tasks?vmid=106")).AsArray().Select(static task => task!["type"]!.GetValue<string>()).Order(StringComparer.Ordinal)]);
        Assert.Equal("stopped", (await DataAsync("/nodes/pve1/qemu/106/status/current"))["status"]!.GetValue<string>());
        Assert.Equal("pve2", (await Client.PostAsync("/cluster/ha/resources/vm:106/migrate", ("node", "pve2"))).Data!["requested-node"]!.GetValue<string>());
        Simulator.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(200, (await Client.GetAsync("/nodes/pve2/qemu/106/config")).Status);
        Assert.Equal(200, (await Client.DeleteAsync("/cluster/ha/resources/vm:106")).Status);

        async Task<string> StatusAsync() => (await DataAsync("/cluster/ha/status/current")).AsArray().Single(static entry => entry!["type"]!.GetValue<string>() == "service")!["status"]!.GetValue<string>();
    }

    [Theory]
    [InlineData("", "both:vm:100")]
    [InlineData("?purge=1", "both:vm:100")]
    [InlineData("?purge=0", "both:vm:100,vm:106 own:vm:106")]
    public async Task Ha_ResourceThatGoes_LeavesItsRulesUnlessThatIsTurnedOff(string query, string expected)
    {
        foreach (string sid in new[] { "vm:100", "vm:106" })
        {
            Assert.Equal(200, (await Client.PostAsync("/cluster/ha/resources", ("sid", sid))).Status);
        }

        Assert.Equal(200, (await Client.PostAsync("/cluster/ha/rules", ("rule", "both"), ("type", "node-affinity"), ("resources", "vm:100,vm:106"), ("nodes", "pve1"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/cluster/ha/rules", ("rule", "own"), ("type", "node-affinity"), ("resources", "vm:106"), ("nodes", "pve1"))).Status);
        Assert.Equal(200, (await Client.DeleteAsync($"/cluster/ha/resources/vm:106{query}")).Status);
        Assert.Equal(expected, string.Join(' ', (await DataAsync("/cluster/ha/rules")).AsArray().Select(static rule => $"{rule!["rule"]}:{rule["resources"]}")));
    }

    [Fact]
    public async Task Ha_WhileDisarmed_DoesNothing()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/ha/status/disarm-ha", ("resource-mode", "freeze"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/cluster/ha/resources", ("sid", "vm:106"))).Status);
        Simulator.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("stopped", (await DataAsync("/nodes/pve1/qemu/106/status/current"))["status"]!.GetValue<string>());
        Assert.Equal("disarmed", (await DataAsync("/cluster/ha/status/current"))[1]!["armed-state"]!.GetValue<string>());
        Assert.Equal(200, (await Client.PostAsync("/cluster/ha/status/arm-ha")).Status);
        Simulator.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("running", (await DataAsync("/nodes/pve1/qemu/106/status/current"))["status"]!.GetValue<string>());
        Assert.Equal("started", (await DataAsync("/cluster/ha/status/manager_status"))["manager_status"]!["service_status"]!["vm:106"]!["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task HaGroups_AreGone() => Assert.Equal((500, "cannot index groups: ha groups have been migrated to rules"), Answer(await Client.GetAsync("/cluster/ha/groups")));

    [Theory]
    [InlineData("/cluster/firewall/rules")]
    [InlineData("/nodes/pve1/firewall/rules")]
    [InlineData("/nodes/pve1/qemu/100/firewall/rules")]
    [InlineData("/nodes/pve1/lxc/200/firewall/rules")]
    public async Task FirewallRules_HavePlacesThatMove(string path)
    {
        foreach (string comment in (string[])["c", "b", "a"])
        {
            Assert.Equal(200, (await Client.PostAsync(path, ("type", "in"), ("action", "ACCEPT"), ("comment", comment), ("enable", "1"))).Status);
        }

        Assert.Equal("abc", await OrderAsync());
        Assert.Equal(200, (await Client.PutAsync($"{path}/0", ("moveto", "2"))).Status);
        Assert.Equal("bac", await OrderAsync());
        Assert.Equal(200, (await Client.PutAsync($"{path}/2", ("moveto", "0"))).Status);
        Assert.Equal("cba", await OrderAsync());
        string digest = (await DataAsync(path))[1]!["digest"]!.GetValue<string>();
        Assert.Equal(200, (await Client.DeleteAsync($"{path}/0?digest={digest}")).Status);
        Assert.Equal((500, "detected modified configuration - file changed by other user? Try again."), Answer(await Client.PutAsync($"{path}/0", ("comment", "z"), ("digest", digest))));
        Assert.Equal((500, "no rule at position 77"), Answer(await Client.GetAsync($"{path}/77")));

        async Task<string> OrderAsync() => string.Concat((await DataAsync(path)).AsArray().Select(static rule => rule!["comment"]!.GetValue<string>()));
    }

    [Fact]
    public async Task FirewallGroups_MustExistForRulesAndBeEmptyToGo()
    {
        Assert.Equal("security group 'web' does not exist", (await Client.PostAsync("/cluster/firewall/rules", ("type", "group"), ("action", "web"))).Error("action"));
        Assert.Equal(200, (await Client.PostAsync("/cluster/firewall/groups", ("group", "web"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/cluster/firewall/groups/web", ("type", "in"), ("action", "ACCEPT"), ("source", "10.0.0.0/8"))).Status);
        Assert.Equal(4, (await DataAsync("/cluster/firewall/groups/web"))[0]!["ipversion"]!.GetValue<int>());
        Assert.Equal(200, (await Client.PostAsync("/cluster/firewall/rules", ("type", "group"), ("action", "web"))).Status);
        Assert.Equal(500, (await Client.DeleteAsync("/cluster/firewall/groups/web")).Status);
        Assert.Equal(200, (await Client.DeleteAsync("/cluster/firewall/groups/web/0")).Status);
        Assert.Equal(200, (await Client.DeleteAsync("/cluster/firewall/groups/web")).Status);
    }

    [Fact]
    public async Task FirewallRefs_OfAGuest_AreItsOwnAndTheClusters()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/firewall/ipset", ("name", "lan"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/nodes/pve1/qemu/100/firewall/aliases", ("name", "me"), ("cidr", "10.0.0.1"))).Status);

        Assert.Equal(
            ["ipset +lan dc", "alias me guest"],
            (await DataAsync("/nodes/pve1/qemu/100/firewall/refs")).AsArray().Select(static reference => $"{reference!["type"]} {reference["ref"]} {reference["scope"]}"));
        Assert.Empty((await DataAsync("/nodes/pve1/qemu/102/firewall/refs?type=alias")).AsArray());
    }

    [Fact]
    public async Task Sdn_ShowsWhatWaitsUntilItIsApplied()
    {
        Assert.Equal(200, (await Client.PostAsync("/cluster/sdn/zones", ("zone", "zone1"), ("type", "simple"))).Status);
        Assert.Equal(200, (await Client.PostAsync("/cluster/sdn/vnets", ("vnet", "vnet1"), ("zone", "zone1"))).Status);
        Assert.Equal(("new", 0), (await PendingAsync(), (await DataAsync("/cluster/sdn/vnets?running=1")).AsArray().Count));
        Assert.Equal(
            (500, "delete sdn zone object failed: zone zone1 is used by vnet vnet1 at /usr/share/perl5/PVE/Network/SDN/Zones/Plugin.pm line 149."),
            Answer(await Client.DeleteAsync("/cluster/sdn/zones/zone1")));

        Assert.Equal("OK", (await RunAsync(Client.PutAsync("/cluster/sdn"))).Exit);
        Assert.Equal((null, 1), (await PendingAsync(), (await DataAsync("/cluster/sdn/vnets?running=1")).AsArray().Count));
        Assert.Equal(200, (await Client.PutAsync("/cluster/sdn/vnets/vnet1", ("alias", "office"))).Status);
        Assert.Equal("changed", await PendingAsync());
        Assert.Equal("office", (await DataAsync("/cluster/sdn/vnets/vnet1?pending=1"))["pending"]!["alias"]!.GetValue<string>());
        Assert.Equal(200, (await Client.PostAsync("/cluster/sdn/rollback")).Status);
        Assert.Null(await PendingAsync());
        Assert.Equal(200, (await Client.DeleteAsync("/cluster/sdn/vnets/vnet1")).Status);
        Assert.Equal("deleted", await PendingAsync());

        async Task<string?> PendingAsync() => (await DataAsync("/cluster/sdn/vnets?pending=1"))[0]!["state"]?.GetValue<string>();
    }

    [Fact]
    public async Task Replication_RunsOnItsSchedule()
    {
        Assert.Equal((500, "Target 'pve9' does not exist."), Answer(await Client.PostAsync("/cluster/replication", ("id", "106-0"), ("type", "local"), ("target", "pve9"))));
        Assert.Equal(200, (await Client.PostAsync("/cluster/replication", ("id", "106-0"), ("type", "local"), ("target", "pve2"), ("schedule", "*/30"))).Status);
        Assert.Equal("unable to open file - No such file or directory", (await DataAsync("/nodes/pve1/replication/106-0/log"))[0]!["t"]!.GetValue<string>());
        Simulator.Advance(TimeSpan.FromMinutes(40));

        JsonNode status = Assert.Single((await DataAsync("/nodes/pve1/replication")).AsArray())!;
        Assert.Equal(
            ("106-0", 106, "pve1", "pve2", 1795383000L, 1795384800L),
            (status["id"]!.GetValue<string>(), status["guest"]!.GetValue<int>(), status["source"]!.GetValue<string>(), status["target"]!.GetValue<string>(), status["last_sync"]!.GetValue<long>(), status["next_sync"]!.GetValue<long>()));
        Assert.Equal("2026-11-22 21:30:00 106-0: start replication job", (await DataAsync("/nodes/pve1/replication/106-0/log"))[0]!["t"]!.GetValue<string>());
        Assert.Empty((await DataAsync("/nodes/pve2/replication")).AsArray());
    }

    [Fact]
    public async Task BulkActions_StartATaskForEachGuest()
    {
        (string exit, string[] log) = await RunAsync(Client.PostAsync("/cluster/bulk-action/guest/shutdown", ("vms", "100"), ("vms", "201")));
        Assert.Equal("OK", exit);
        Assert.Equal(["Stopping VM 100 (timeout = 180 seconds)", "Stopping CT 201 (timeout = 180 seconds)", "TASK OK"], log);
        string[] tasks = [.. (await DataAsync("/cluster/tasks")).AsArray().Select(static task => $"{task!["node"]} {task["type"]} {task["id"]}").Order(StringComparer.Ordinal)];
        Assert.Equal(["pve1 bulkshutdown ", "pve1 qmshutdown 100", "pve2 vzshutdown 201"], tasks);

        await RunAsync(Client.PostAsync("/nodes/pve1/startall"));
        Assert.Equal("running", (await DataAsync("/nodes/pve1/qemu/100/status/current"))["status"]!.GetValue<string>());
        (exit, log) = await RunAsync(Client.PostAsync("/nodes/pve1/migrateall", ("target", "pve2"), ("vms", "100,102")));
        Assert.Equal("WARNINGS: 1", exit);
        Assert.Contains(log, static line => line.StartsWith("WARN: qmigrate 102 failed: Problem found while scanning volumes", StringComparison.Ordinal));
        Assert.Equal(200, (await Client.GetAsync("/nodes/pve2/qemu/100/config")).Status);
    }
}
