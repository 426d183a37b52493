using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>What <c>prox policy check</c> says of a policy.</summary>
public sealed class PolicyCheckTests
{
    [Fact]
    public async Task PolicyCheck_WithTheToken_NamesWhatItMayBeyond()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await PlanVerbTests.GuardedAsync(cluster);
        string findings = (await cli.LineAsync("policy check --token -o json")).Succeeded();
        Assert.Contains("VM.Console", findings, StringComparison.Ordinal);
        Assert.DoesNotContain("VM.Audit", findings, StringComparison.Ordinal);
        (await cli.LineAsync("policy check missing.json")).FailedWith(2);
        cli.Write("loose.json", """{"version":1,"allow":[{"classes":["destructive","privileged"]}],"approval":{"destructive":"none"}}""");
        string loose = (await cli.LineAsync("policy check loose.json")).Succeeded();
        Assert.Contains("needs no approval", loose, StringComparison.Ordinal);
        Assert.Contains("names none", loose, StringComparison.Ordinal);
        cli.Write("empty.json", """{"version":1,"allow":[{"classes":["reversible"],"tags":["web"]},{"classes":[],"tags":[],"vmids":["100"],}],"limits":{"targetsPerPlan":0},}""");
        string empty = (await cli.LineAsync("policy check empty.json -o json")).Succeeded();
        Assert.Contains("allow[2].classes", empty, StringComparison.Ordinal);
        Assert.Contains("allow[2].tags", empty, StringComparison.Ordinal);
        Assert.Contains("the rule never matches", empty, StringComparison.Ordinal);
        Assert.Contains("is 0: no plan may change anything", empty, StringComparison.Ordinal);
        Assert.DoesNotContain("allow[1]", empty, StringComparison.Ordinal);
        Assert.DoesNotContain("allow[2].vmids", empty, StringComparison.Ordinal);
        Assert.Contains("\"targetsPerPlan\": 3", (await cli.LineAsync("policy show -o json")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PolicyCheck_WithTheToken_NamesWhatIsNotThere()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await PlanVerbTests.GuardedAsync(cluster);
        cli.Write("slips.json", """
            {"version":1,"allow":[{"classes":["reversible"],"pools":["production","productoin"],"nodes":["pve1","PVE2"],"vmids":["106","9999","8000-8099"]}],
            "protect":{"pools":["Production"],"vmids":["101","7000-7099"]}}
            """);

        string findings = (await cli.LineAsync("policy check slips.json --token -o csv")).Succeeded();

        Assert.Contains("allow[1].pools,\"names the pool 'productoin', and the token sees none of that name: it is mistyped", findings, StringComparison.Ordinal);
        Assert.Contains("allow[1].nodes,\"names the node 'PVE2', which is 'pve2' on the server: upper and lower case differ", findings, StringComparison.Ordinal);
        Assert.Contains("allow[1].vmids,\"has 9999, and the token sees no guest of that number", findings, StringComparison.Ordinal);
        Assert.Contains("protect.pools,\"names the pool 'Production', which is 'production' on the server", findings, StringComparison.Ordinal);
        Assert.Contains("protect.vmids,\"has 7000-7099, and", findings, StringComparison.Ordinal);
        Assert.DoesNotContain("not there", (await cli.LineAsync("policy check slips.json")).Succeeded(), StringComparison.Ordinal);
    }
}
