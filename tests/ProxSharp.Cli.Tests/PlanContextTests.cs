using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Plans, ways back and retirements where the context has become read-only, protects guests, or is frozen: the real reason is named.</summary>
public sealed class PlanContextTests
{
    [Fact]
    public async Task PlanOfAWritableContext_InOneThatOnlyReads_IsRefusedAsSuch_AndStaysGood()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        await PlanVerbTests.AppliedAsync(cli, "vm set staging --description first");
        string number = (await cli.LineAsync("audit list --query \"[?kind=='outcome'].number | [0]\" -o yaml")).Succeeded().Trim();
        string plan = await PlanVerbTests.PlannedAsync(cli, "vm set staging --memory 3072");
        cli.Write("calls.json", """[{"method":"POST","path":"/nodes/pve1/qemu/106/status/start"}]""");
        cli.With("PROX_READ_ONLY", "1");
        foreach (string line in new[]
        {
            $"plan apply {plan}", $"approve {plan}", $"undo {number}", $"undo {number} --apply", "retire staging", "retire staging --apply",
            "plan create --calls calls.json", "plan create vm start staging",
        })
        {
            Assert.Contains("The context 'lab' is read-only here", (await cli.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);
        }

        (await cli.LineAsync("plan list")).Succeeded();
        cli.With("PROX_READ_ONLY", "0");
        (await cli.LineAsync($"plan apply {plan}")).Succeeded();
    }

    [Fact]
    public async Task PlanOfAnOpenContext_InOneThatProtectsTags_IsRefusedAsSuch_AndStaysGood()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        await PlanVerbTests.AppliedAsync(cli, "vm set web-1 --description first");
        string number = (await cli.LineAsync("audit list --query \"[?kind=='outcome'].number | [0]\" -o yaml")).Succeeded().Trim();
        string plan = await PlanVerbTests.PlannedAsync(cli, "vm set web-1 --memory 1024");
        string[] lab =
        [
            "context", "add", "lab", cluster.Url, "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET", "--fingerprint",
            cluster.Simulator.Fingerprint, "--replace", "--use",
        ];
        (await cli.RunAsync([.. lab, "--protect-tag", "prod"])).Succeeded();
        foreach (string line in new[] { $"plan apply {plan}", $"approve {plan}", $"undo {number}", $"undo {number} --apply" })
        {
            Assert.Contains("the context protects the tag 'prod'", (await cli.LineAsync(line)).FailedWith(7), StringComparison.Ordinal);
        }

        Assert.Contains("first", (await cli.LineAsync("vm config web-1 -o json")).Succeeded(), StringComparison.Ordinal);
        cli.Write("calls.json", """[{"method":"PUT","path":"/nodes/pve1/qemu/100/config","parameters":{"memory":1024}}]""");
        cli.Guard("lab", """{"version":1,"allow":[{"classes":["reversible"]}]}""");
        Assert.Contains("the context protects", (await cli.LineAsync("plan create --calls calls.json")).FailedWith(7), StringComparison.Ordinal);
        File.Delete(Path.Combine(cli.StateOf("lab"), "policy.json"));
        (await cli.RunAsync(lab)).Succeeded();
        (await cli.LineAsync($"plan apply {plan}")).Succeeded();
    }

    [Fact]
    public async Task PlanOfOneContext_IsNotAppliedWithTheCredentialsOfAnother_ThatSharesItsPolicy()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.With("ROOT_PASSWORD", DefaultCluster.RootPassword);
        (await cli.RunAsync(
            "context", "add", "admin", cluster.Url, "--user", "root@pam", "--secret", "env:ROOT_PASSWORD", "--fingerprint", cluster.Simulator.Fingerprint)).Succeeded();
        cli.Guard("lab", """{"version":1,"allow":[{"classes":["reversible","destructive"]}],"approval":{"destructive":"none"}}""");
        string plan = await PlanVerbTests.PlannedAsync(cli, "vm snapshot create staging first -c lab");
        Assert.Contains(
            "was made in the context lab, and not in admin: nothing was applied", (await cli.LineAsync($"plan apply {plan} -c admin")).FailedWith(7), StringComparison.Ordinal);
        Assert.DoesNotContain("first", (await cli.LineAsync("vm snapshot list staging -o json")).Succeeded(), StringComparison.Ordinal);
        (await cli.LineAsync($"plan apply {plan} -c lab")).Succeeded();

        // The way back is a plan of whoever takes it back, and the ledger says so.
        string number = (await cli.LineAsync("audit list --query \"[?kind=='outcome'].number | [0]\" -o yaml")).Succeeded().Trim();
        (await cli.LineAsync($"undo {number} --apply -c admin")).Succeeded();
        string last = (await cli.LineAsync("audit list --query \"max([?kind=='intent'].number)\" -o yaml")).Succeeded().Trim();
        Assert.Contains("\"context\": \"admin ", (await cli.LineAsync($"audit show {last} -o json")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"version":1}""")]
    [InlineData("""{"version":1,"allow":[{"classes":["reversible","disruptive"]}],"approval":{"disruptive":"none"}}""")]
    public async Task Retire_WhileChangesAreFrozen_NamesTheFreeze(string policy)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Guard("lab", policy);
        (await cli.LineAsync("freeze --for 2h --reason storage")).Succeeded();

        // Where the policy allows it, a plan may be made for later.
        string[] lines = policy.Contains("allow", StringComparison.Ordinal) ? ["retire build --apply"] : ["retire build", "retire build --apply"];
        foreach (string line in lines)
        {
            string error = (await cli.LineAsync(line)).FailedWith(7);
            Assert.Contains("frozen until", error, StringComparison.Ordinal);
            Assert.Contains("prox unfreeze", error, StringComparison.Ordinal);
            Assert.DoesNotContain("policy", error, StringComparison.Ordinal);
        }
    }
}
