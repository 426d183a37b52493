using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Approvals of somebody else, with a key.</summary>
public sealed class SecondPrincipalTests
{
    [Fact]
    public async Task SecondPrincipal_ApprovesWithAKey_FromFilesThatGoBetweenUsers()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness agent = await cluster.UserAsync();
        using CliHarness alice = new();
        JsonElement key = PlanVerbTests.Data(await alice.LineAsync("policy new-key alice.pem -o json"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(alice.Home, "alice.pem")));
        }

        agent.Guard("lab", $$"""
            {"version":1,"allow":[{"classes":["destructive"]}],"approval":{"destructive":"second-principal"},
             "approvers":[{"name":"alice","key":"{{key.GetProperty("key").GetString()}}"}]}
            """);
        string first = await PlanVerbTests.PlannedAsync(agent, "vm delete staging");
        agent.Input = "staging\n";
        Assert.Contains("that of a person at this terminal does not count", (await agent.LineAsync($"approve {first}")).FailedWith(8), StringComparison.Ordinal);
        (await agent.LineAsync("policy new-key alice.pem")).Succeeded();
        (await agent.LineAsync($"approve {first} --key alice.pem")).Succeeded();
        (await agent.LineAsync($"plan apply {first}")).FailedWith(8);

        // Alice has no context of this server, and nothing but the plan.
        (await agent.LineAsync($"plan show {first} --output-file plan.json")).Succeeded();
        string handed = Path.Combine(agent.Home, "plan.json");
        CliRun seen = await alice.RunAsync("approve", "--plan-file", handed, "--key", "alice.pem", "--output-file", "yes.json");
        seen.Succeeded();
        Assert.Contains("1. DELETE /nodes/pve1/qemu/106 (destructive)", seen.Errors, StringComparison.Ordinal);
        Assert.Contains("There is no way back.", seen.Errors, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            // Who else may read a plan its owner says, and the next one that is written there keeps to it.
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(handed));
            const UnixFileMode shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
            File.SetUnixFileMode(handed, shared);
            (await agent.LineAsync($"plan show {first} --output-file plan.json")).Succeeded();
            Assert.Equal(shared, File.GetUnixFileMode(handed));
            Assert.True(File.GetUnixFileMode(Path.Combine(alice.Home, "yes.json")).HasFlag(UnixFileMode.OtherRead));
        }

        string other = await PlanVerbTests.PlannedAsync(agent, "vm delete windows");
        Assert.Contains(
            $"yes.json holds the approval of another plan, {first[..12]}.",
            (await agent.LineAsync($"plan apply {other} --approval {Path.Combine(alice.Home, "yes.json")}")).FailedWith(8),
            StringComparison.Ordinal);
        string forged = (await File.ReadAllTextAsync(Path.Combine(alice.Home, "yes.json"), TestContext.Current.CancellationToken))
            .Replace("\"alice\"", "\"bob\"", StringComparison.Ordinal);
        agent.Write("forged.json", forged);
        Assert.Contains(
            "The approval in forged.json does not count: the policy names nobody of that name in 'approvers'",
            (await agent.LineAsync($"plan apply {first} --approval forged.json")).FailedWith(8),
            StringComparison.Ordinal);
        // A key that the policy does not name, under a name that it does, and a signature that is cut.
        (await agent.RunAsync("approve", "--plan-file", handed, "--key", "alice.pem", "--output-file", "own.json")).Succeeded();
        agent.Write("cut.json", Regex.Replace(forged.Replace("\"bob\"", "\"alice\"", StringComparison.Ordinal), "(\"signature\": ?\")[^\"]{8}", "$1AAAAAAAA"));
        foreach (string file in (string[])["own.json", "cut.json"])
        {
            foreach (string dry in (string[])["", " --dry-run"])
            {
                Assert.Contains(
                    $"The approval in {file} does not count: it",
                    (await agent.LineAsync($"plan apply {first} --approval {file}{dry}")).FailedWith(8),
                    StringComparison.Ordinal);
            }
        }

        Assert.Contains("it would be refused", (await agent.LineAsync($"plan apply {first} --dry-run")).Errors, StringComparison.Ordinal);
        CliRun shown = await agent.RunAsync("plan", "apply", first, "--dry-run", "--approval", Path.Combine(alice.Home, "yes.json"));
        shown.Succeeded();
        Assert.DoesNotContain("it would be refused", shown.Errors, StringComparison.Ordinal);
        Assert.Contains("it would be refused", (await agent.LineAsync($"plan apply {first} --dry-run")).Errors, StringComparison.Ordinal);
        (await agent.RunAsync("plan", "apply", first, "--approval", Path.Combine(alice.Home, "yes.json"))).Succeeded();
        Assert.Contains("key alice", (await agent.LineAsync("audit list -o json")).Succeeded(), StringComparison.Ordinal);
        (await agent.LineAsync($"plan apply {first} --approval {Path.Combine(alice.Home, "yes.json")}")).FailedWith(8);
    }
}
