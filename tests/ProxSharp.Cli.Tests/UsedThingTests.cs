using System.Text.Json;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Cli.Tests;

/// <summary>What is locked or used by others is a conflict, and what goes along or stands still with a change is told before it.</summary>
public sealed class UsedThingTests
{
    [Fact]
    public async Task Sdn_LockedOrUsed_IsAConflictWithAWayOut()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.RootAsync();
        (await cli.LineAsync("sdn zone create z1 --type simple")).Succeeded();
        (await cli.LineAsync("sdn vnet create v9 --zone z1")).Succeeded();
        string used = (await cli.LineAsync("sdn zone delete z1 --yes")).FailedWith(6);
        string token = (await cli.LineAsync("sdn lock acquire --allow-pending -o json --query @")).Succeeded().Trim().Trim('"');

        CliRun locked = await cli.LineAsync("sdn vnet create v8 --zone z1 -o json");
        string kept = (await cli.LineAsync("sdn lock release")).FailedWith(6);

        Assert.Contains("z1 is used by vnet v9", used, StringComparison.Ordinal);
        locked.FailedWithCode(6);
        JsonElement error = JsonDocument.Parse(locked.Errors).RootElement.GetProperty("error");
        Assert.Equal("conflict", error.GetProperty("code").GetString());
        Assert.Contains("--lock-token", error.GetProperty("hint").GetString(), StringComparison.Ordinal);
        Assert.Contains("prox sdn lock release --force", kept, StringComparison.Ordinal);
        (await cli.LineAsync($"sdn lock release --lock-token {token}")).Succeeded();
    }

    [Fact]
    public async Task HaResource_NamedByRules_NamesThemBeforeItGoes()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.RootAsync();
        foreach (string guest in (string[])["vm:102", "vm:100"])
        {
            await cli.LineAsync($"ha resource create {guest}");
        }

        (await cli.LineAsync("ha rule create near --type node-affinity --resources vm:102,vm:100 --nodes pve1")).Succeeded();
        (await cli.LineAsync("ha rule create lone --type node-affinity --resources vm:102 --nodes pve1")).Succeeded();

        string shown = (await cli.LineAsync("ha resource delete vm:102 --dry-run --no-color")).Succeeded();
        (cli.TerminalWidth, cli.Input) = (100, "no\n");
        CliRun asked = await cli.LineAsync("ha resource delete vm:102 --no-color");

        Assert.Contains("  - rule near: vm:102,vm:100\n  + rule near: vm:100\n", shown, StringComparison.Ordinal);
        Assert.Contains("  - rule lone: vm:102\n", shown, StringComparison.Ordinal);
        Assert.Contains("It is taken out of the HA rule near; the HA rule lone, of it alone, is removed. ", asked.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("rule near", (await cli.LineAsync("ha resource delete vm:102 --purge=false --dry-run")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ceph stop --node pve1", "Ceph on node pve1", "All Ceph services on the node stop.")]
    [InlineData("ceph stop --node pve1 --service osd", "Ceph on node pve1", "What the service does is not done until it is started again.")]
    [InlineData("ceph cluster flag set pause --value", "ceph cluster flag pause", "All reads and writes of clients stop")]
    [InlineData("ceph cluster flag set-all --pause", "ceph cluster flag", "All reads and writes of clients stop")]
    [InlineData("api set /cluster/ceph/flags/pause value=1", "/cluster/ceph/flags/pause", "All reads and writes of clients stop")]
    [InlineData("api set /cluster/ceph/flags pause=on", "/cluster/ceph/flags", "All reads and writes of clients stop")]
    public async Task Ceph_StoppedForAll_IsAskedAbout(string line, string action, string effect)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.RootAsync();

        string error = (await cli.LineAsync(line)).FailedWith(8);

        Assert.Contains(action, error, StringComparison.Ordinal);
        Assert.Contains(effect, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ceph cluster flag set pause --value=false")]
    [InlineData("ceph cluster flag set noout --value")]
    [InlineData("ceph cluster flag set-all --noout --pause=false")]
    public async Task Ceph_OtherFlags_AreNotAskedAbout(string line)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.RootAsync();

        (await cli.LineAsync(line)).Succeeded();
    }

    [Theory]
    [InlineData("remote 'r1' is used by sync job 's1' (datastore 'store1')", 6)]
    [InlineData("unable to delete changer 'c1' - used by drive 'd1'", 6)]
    [InlineData("base volume 'x' is still in use by linked cloned", 6)]
    [InlineData("delete sdn vnet object failed: cannot delete vnet v9, subnet is still defined", 6)]
    [InlineData("cfs-lock 'file-user_cfg' error: got lock timeout - aborting command", 6)]
    [InlineData("disk is fused by heat", 1)]
    public async Task Refusal_BecauseOfOthers_IsAConflict(string message, int exitCode)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.RootAsync();
        own.Simulator.Faults.When(static request => request.Method == "POST" && request.Path.EndsWith("/access/groups", StringComparison.Ordinal), Fault.Status(500, message));

        CliRun run = await cli.LineAsync("access group create staff -o json");

        run.FailedWithCode(exitCode);
        Assert.Equal(
            message.Contains("lock timeout", StringComparison.Ordinal),
            JsonDocument.Parse(run.Errors).RootElement.GetProperty("error").GetProperty("retryable").GetBoolean());
    }

    [Fact]
    public async Task HaMove_ToANodeThatIsNot_NamesThoseThereAre()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.RootAsync();
        await cli.LineAsync("ha resource create web-1");

        Assert.Contains("There are the nodes: pve1, pve2, pve3", (await cli.LineAsync("ha resource relocate web-1 pve9")).FailedWith(5), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("firewall ipset entry set blk 10.0.0.0/8 --comment x", "prox firewall ipset entry list blk")]
    [InlineData("api set /cluster/firewall/ipset/blk/10.0.0.0%2F8 comment=x --no-validate", "prox api get /cluster/firewall/ipset/blk")]
    public async Task Address_ThatIsNotInItsSet_IsLookedForInTheSet(string line, string hint)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.RootAsync();
        (await cli.LineAsync("firewall ipset create blk")).Succeeded();

        Assert.EndsWith(hint, (await cli.LineAsync(line)).FailedWith(5), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/cluster/firewall/ipset/blk/10.0.0.0/8", "does not exist", "/cluster/firewall/ipset/blk")]
    [InlineData("/nodes/pve1/qemu/100/firewall/ipset/blk/fd00::/8", "does not exist", "/nodes/pve1/qemu/100/firewall/ipset/blk")]
    [InlineData("/nodes/pve1/storage/local/content/local:iso/x.iso", "does not exist", "/nodes/pve1/storage/local/content")]
    public void Map_NameWithASlash_IsLookedForInItsList(string path, string message, string list) => Maps(path, message, $"prox api get {list}");

    [Theory]
    [InlineData("/cluster/firewall/ipset/blk/10.0.0.0/8", "no such IPSet 'blk'", "prox firewall ipset list")]
    [InlineData("/admin/datastore/nosuch/status", "no such datastore 'nosuch'", "prox datastore list")]
    [InlineData("/pools/nosuch", "pool 'nosuch' does not exist", "prox pool list")]
    [InlineData("/storage/nosuch", "storage 'nosuch' does not exist", "prox storage config list")]
    public void Map_ListWithAVerb_IsNamedByIt(string path, string message, string list) => Maps(path, message, list);

    private static void Maps(string path, string message, string list) => Assert.EndsWith(
        list, ErrorMapper.Map(new ProxmoxNotFoundException(message) { Path = path, ServerMessage = message }).Hint, StringComparison.Ordinal);
}
