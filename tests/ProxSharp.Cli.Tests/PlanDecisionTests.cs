using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What a person decides about a plan, and what only a plan can tell.</summary>
public sealed class PlanDecisionTests
{
    [Theory]
    [InlineData("plan apply")]
    [InlineData("approve")]
    public async Task Plan_ThatThePersonDeclines_IsClosed(string command)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness person = await PlanVerbTests.GuardedAsync(cluster, 100);
        string plan = await PlanVerbTests.PlannedAsync(person, "vm delete staging");
        person.Input = "";
        Assert.Contains("The input ended before anybody answered", (await person.LineAsync($"{command} {plan}")).Errors, StringComparison.Ordinal);
        person.Input = "no\n";
        CliRun run = await person.LineAsync($"{command} {plan}");
        Assert.Equal(8, run.ExitCode);
        Assert.Contains("declined", run.Errors, StringComparison.Ordinal);
        person.Input = "staging\n";
        run = await person.LineAsync($"{command} {plan}");
        Assert.Equal(8, run.ExitCode);
        Assert.Contains("was declined by a person and is closed", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("to approve", run.Errors, StringComparison.Ordinal);
        (await person.LineAsync("vm show staging")).Succeeded();
    }

    [Theory]
    [InlineData("plan apply")]
    [InlineData("approve")]
    public async Task Name_ThatIsMistyped_IsAskedForAgain(string command)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness person = await PlanVerbTests.GuardedAsync(cluster, 100);
        string plan = await PlanVerbTests.PlannedAsync(person, "vm delete staging");
        person.Input = "stagign\n\nSTAGING\n";
        CliRun run = await person.LineAsync($"{command} {plan}");
        run.FailedWithCode(8);
        Assert.Contains("'staging' was not typed", run.Errors, StringComparison.Ordinal);
        Assert.Contains("stays open", run.Errors, StringComparison.Ordinal);
        person.Input = "stagign\nstaging\n";
        (await person.LineAsync($"{command} {plan}")).Succeeded();
    }

    [Theory]
    [InlineData("plan apply")]
    [InlineData("approve")]
    public async Task Name_ThatIsAWordToDeclineWith_IsNotWhatApproves(string command)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness person = await PlanVerbTests.GuardedAsync(cluster, 100);
        await PlanVerbTests.AppliedAsync(person, "vm set staging --name no");
        string plan = await PlanVerbTests.PlannedAsync(person, "vm delete 106");
        person.Input = "no\n";
        CliRun run = await person.LineAsync($"{command} {plan}");
        run.FailedWithCode(8);
        Assert.Contains("Type guest 106 to approve", run.Errors, StringComparison.Ordinal);
        Assert.Contains("declined", run.Errors, StringComparison.Ordinal);
        (await person.LineAsync("vm show 106")).Succeeded();
        plan = await PlanVerbTests.PlannedAsync(person, "vm delete 106 --purge");
        person.Input = "guest 106\n";
        (await person.LineAsync($"{command} {plan}")).Succeeded();
    }

    [Fact]
    public async Task Namespace_IsNotRemovedByEnterAlone()
    {
        await using SimulatedBackupServer backup = new();
        await backup.InitializeAsync();
        using CliHarness person = new() { TerminalWidth = 100 };
        await backup.UseAsync(person, "store");
        person.Guard("store", """{"version":1,"allow":[{"classes":["destructive"]}],"limits":{"targetsPerPlan":50},"approval":{"destructive":"prompt"}}""");
        string plan = await PlanVerbTests.PlannedAsync(person, "api delete /admin/datastore/store1/namespace ns=customers delete-groups=1");
        person.Input = "\n\n\n";
        CliRun run = await person.LineAsync($"plan apply {plan}");
        run.FailedWithCode(8);
        Assert.Contains("Type namespace store1:customers/ to approve", run.Errors, StringComparison.Ordinal);
        person.Input = "namespace store1:customers/\n";
        (await person.LineAsync($"plan apply {plan}")).Succeeded();
    }

    [Theory]
    [InlineData("web-1", "web-1")]
    [InlineData("no", "guest 106")]
    [InlineData("YES", "guest 106")]
    [InlineData("", "guest 106")]
    [InlineData(" ", "guest 106")]
    [InlineData("a ", "guest 106")]
    [InlineData("a\u200bb", "guest 106")]
    public void TypedName_IsNoAnswerOfItsOwn(string name, string typed) => Assert.Equal(typed, TypedName.Of(name, "guest 106"));

    [Fact]
    public async Task Drive_WithoutADisk_IsTakenOutWhereNoRuleAllowsLoss()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync("api set /nodes/pve1/qemu/106/config ide2=none,media=cdrom")).Succeeded();
        cli.Guard("lab", """{"version":1,"allow":[{"classes":["reversible"]}]}""");
        CliRun run = await cli.LineAsync("api set /nodes/pve1/qemu/106/config delete=ide2");
        Assert.Contains("only a plan, which looks at the server, tells whether it is destructive", run.FailedWith(8), StringComparison.Ordinal);
        Assert.Contains("no rule of the policy", (await cli.LineAsync("api set /nodes/pve1/qemu/106/config delete=unused0")).FailedWith(7), StringComparison.Ordinal);
        (await cli.LineAsync("plan create vm set staging --delete scsi0")).FailedWith(7);
        await PlanVerbTests.AppliedAsync(cli, "vm set staging --delete ide2");
        Assert.DoesNotContain("ide2", (await cli.LineAsync("vm config staging -o json")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approve_APlanThatNoPlannerMade_IsRefusedBeforeAnybodyIsAsked()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness person = await PlanVerbTests.GuardedAsync(cluster, 100);
        string plan = await PlanVerbTests.PlannedAsync(person, "vm delete staging");
        string file = Path.Combine(person.StateOf("lab"), "plans", plan + ".json");
        string content = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("106", "102", StringComparison.Ordinal);
        string forged = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)));
        await File.WriteAllTextAsync(Path.Combine(person.StateOf("lab"), "plans", forged + ".json"), content, TestContext.Current.CancellationToken);
        person.Input = "staging\n";
        foreach (string line in new[] { $"approve {forged}", $"plan apply {forged}", $"plan show {forged}" })
        {
            CliRun run = await person.LineAsync(line);
            run.FailedWithCode(7);
            Assert.DoesNotContain("to approve", run.Errors, StringComparison.Ordinal);
        }
    }
}
