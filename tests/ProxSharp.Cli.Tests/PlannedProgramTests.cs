using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Plans that run a program in a guest.</summary>
public sealed class PlannedProgramTests
{
    private const string Policy = """
        {"version":1,"allow":[{"classes":["exec"]}],"approval":{"exec":"none"},
         "exec":{"enabled":true,"templates":[{"command":["cat","/etc/hostname"]},{"command":["false"]}]}}
        """;

    [Fact]
    public async Task Apply_AProgram_TellsWhatItWroteAndWhetherItFailed()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Guard("lab", Policy);

        string good = (await cli.LineAsync($"plan apply {await PlanVerbTests.PlannedAsync(cli, "vm agent exec web-1 -- cat /etc/hostname")}")).Succeeded();
        CliRun bad = await cli.LineAsync($"plan apply {await PlanVerbTests.PlannedAsync(cli, "vm agent exec web-1 -- false")}");

        Assert.Contains("web-1", good, StringComparison.Ordinal);
        Assert.Contains("ended with exit code 0", good, StringComparison.Ordinal);
        Assert.Contains("the program in the guest failed", bad.FailedWith(1), StringComparison.Ordinal);
        Assert.DoesNotContain("not done", bad.FailedWith(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_WhatFollowsAProgramThatFailed_IsNamedAndNotDone()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Guard("lab", Policy.Replace("[\"exec\"]", "[\"exec\",\"reversible\"]", StringComparison.Ordinal).Replace(
            "\"exec\":{", "\"limits\":{\"targetsPerPlan\":2},\"exec\":{", StringComparison.Ordinal));
        string file = cli.Write("calls.json", """
            [{"method":"POST","path":"/nodes/pve1/qemu/100/agent/exec","parameters":{"command":["false"]}},
             {"method":"PUT","path":"/nodes/pve1/qemu/106/config","parameters":{"memory":4096}}]
            """);
        string plan = (await cli.LineAsync($"plan create --calls {file} -o name")).Succeeded().Trim();
        string error = (await cli.LineAsync($"plan apply {plan}")).FailedWith(1);
        Assert.Contains("so this was not done: PUT /nodes/pve1/qemu/106/config", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--exit-code")]
    [InlineData("--timeout 5")]
    public async Task Plan_OptionsAboutTheWaiting_AreRefused(string option)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync($"plan create vm agent exec web-1 {option} -- id")).FailedWith(2);

        Assert.Contains($"{option.Split(' ')[0]} cannot be planned", error, StringComparison.Ordinal);
        Assert.Contains("prox plan apply", error, StringComparison.Ordinal);
    }
}
