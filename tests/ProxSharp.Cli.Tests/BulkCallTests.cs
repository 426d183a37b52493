using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Calls on the guests of a node or of the cluster: who names none has to say that all are meant.</summary>
public sealed class BulkCallTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("cluster bulk guest start")]
    [InlineData("cluster bulk guest start --all=false")]
    [InlineData("cluster bulk guest migrate --target pve2")]
    [InlineData("cluster bulk guest suspend --yes")]
    [InlineData("cluster bulk guest shutdown --yes")]
    [InlineData("node startall pve1")]
    [InlineData("node stopall pve1 --yes")]
    [InlineData("node suspendall pve1 --dry-run")]
    [InlineData("node migrateall pve1 --target pve2")]
    public async Task Call_WithoutGuestsAndAll_IsRefused(string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        int before = cluster.Simulator.Traffic.Requests.Count;

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains("No guest is named", error, StringComparison.Ordinal);
        Assert.Contains("all of them are meant with --all", error, StringComparison.Ordinal);
        Assert.Equal(before, cluster.Simulator.Traffic.Requests.Count);
    }

    [Theory]
    [InlineData("cluster bulk guest start --vms 104 --all", "'104' names some")]
    [InlineData("node stopall pve1 --vms web-1 --all --yes", "'web-1' names some")]
    [InlineData("cluster bulk guest start --vms @all", "'@all' would mean every guest")]
    [InlineData("node startall pve1 --vms @all", "'@all' would mean every guest")]
    [InlineData("node startall pve1 --vms 100,*", "'*' would mean every guest")]
    [InlineData("pool set production --vms @all", "'@all' would mean every guest. Name guests by number, name or selection (prox help selectors)")]
    [InlineData("backup-job create --schedule daily --storage local --vmid @all", "all of them are meant with --all")]
    public async Task Guests_NamedWronglyOrTwice_AreRefused(string line, string message)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(message, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--vms", "cluster bulk guest start")]
    [InlineData("--vms", "node stopall pve1 --yes")]
    [InlineData("--vms", "node startall pve1")]
    [InlineData("--vms", "pool set production --delete")]
    [InlineData("--vmid", "backup-job create --schedule daily --storage local")]
    [InlineData("--vmid", "backup-job set nightly")]
    public async Task Guests_OfAnEmptyVariable_AreRefusedBeforeAnythingIsSent(string option, string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        int before = cluster.Simulator.Traffic.Requests.Count;

        foreach (string empty in (string[])["", ",", " , ;"])
        {
            string error = (await cli.RunAsync([.. line.Split(' '), option, empty])).FailedWith(2);

            Assert.Contains($"The option '{option}' names no guest", error, StringComparison.Ordinal);
            Assert.Contains("an empty shell variable is often the reason", error, StringComparison.Ordinal);
        }

        Assert.Equal(before, cluster.Simulator.Traffic.Requests.Count);
    }

    [Theory]
    [InlineData("cluster bulk guest start --vms 104,105", "vms=104 vms=105")]
    [InlineData("cluster bulk guest start --vms 104 --vms 105", "vms=104 vms=105")]
    [InlineData("cluster bulk guest start --vms db-1,105", "vms=102 vms=105")]
    [InlineData("cluster bulk guest start --all", "POST /cluster/bulk-action/guest/start\n")]
    [InlineData("node startall pve3 --vms 104,105", "vms=104,105")]
    [InlineData("node startall pve3 --all", "POST /nodes/pve3/startall\n")]
    public async Task Guests_Named_AreThoseOfTheCall(string line, string call)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(call, (await cli.LineAsync($"{line} --dry-run")).Succeeded(), StringComparison.Ordinal);
    }
}
