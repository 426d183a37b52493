using System.Text.Json;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary><c>--dry-run</c> of the verbs that make or apply plans: the calls and the difference, as everywhere, and nothing is left of it.</summary>
public sealed class PlanDryRunTests
{
    private const string Console = "opens a console: what is typed there is the change";
    private const string Local = "changes files here and nothing on a server";

    private static readonly Dictionary<string, string> s_without = new(StringComparer.Ordinal)
    {
        ["console"] = Console,
        ["vm console"] = Console,
        ["ct console"] = Console,
        ["vnc"] = Console,
        ["spice"] = Console,
        ["plan discard"] = Local,
        ["policy new-key"] = Local,
        ["approve"] = Local,
        ["freeze"] = Local,
        ["unfreeze"] = Local,
    };

    [Fact]
    public async Task Retire_OnlyShown_LeavesNoPlan()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("retire staging --dry-run --apply");

        string text = run.Succeeded();
        Assert.Contains("/nodes/pve1/qemu/106/config", text, StringComparison.Ordinal);
        Assert.Contains("+ protection: 1", text, StringComparison.Ordinal);
        Assert.Contains("Nothing was sent.", run.Errors, StringComparison.Ordinal);
        await NothingIsLeftAsync(cli);
        using JsonDocument json = JsonDocument.Parse((await cli.LineAsync("retire staging --dry-run -o json")).Succeeded());
        Assert.True(json.RootElement.GetProperty("data").GetProperty("dryRun").GetBoolean());
        Assert.DoesNotContain(cluster.Simulator.Traffic.Requests, static request => request.Method != "GET");
    }

    [Fact]
    public async Task Apply_OnlyShown_LeavesThePlanAsItIs()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        string plan = (await cli.LineAsync("plan create vm set staging --memory 4096 -o name")).Succeeded().Trim();

        string text = (await cli.LineAsync($"plan apply {plan} --dry-run")).Succeeded();
        Assert.Contains("POST /nodes/pve1/qemu/106/config", text, StringComparison.Ordinal);
        Assert.Contains("+ memory: 4096", text, StringComparison.Ordinal);
        Assert.Empty((await cli.LineAsync("audit list -o name")).Succeeded().Trim());
        Assert.Equal(plan, (await cli.LineAsync("plan list --open -o name")).Succeeded().Trim());

        (await cli.LineAsync($"plan apply {plan}")).Succeeded();
        (await cli.LineAsync($"plan apply {plan} --dry-run")).FailedWith(8);
    }

    [Fact]
    public async Task Undo_OnlyShown_ShowsTheOldValues_AndNotesNothing()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        await PlanVerbTests.AppliedAsync(cli, "vm set staging --memory 4096");
        string ledger = (await cli.LineAsync("audit list -o json")).Succeeded();
        string plans = (await cli.LineAsync("plan list -o name")).Succeeded();
        string number = (await cli.LineAsync("audit list --query \"[?kind=='outcome'].number | [0]\" -o yaml")).Succeeded().Trim();

        string text = (await cli.LineAsync($"undo {number} --dry-run --apply")).Succeeded();

        Assert.Contains("- memory: 4096", text, StringComparison.Ordinal);
        Assert.Contains("+ memory: 2048", text, StringComparison.Ordinal);
        Assert.Equal(ledger, (await cli.LineAsync("audit list -o json")).Succeeded());
        Assert.Equal(plans, (await cli.LineAsync("plan list -o name")).Succeeded());
    }

    [Fact]
    public async Task Apply_OnlyShown_SaysWhatWouldRefuseIt()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Guard("lab", """
            {"version":1,"allow":[{"classes":["reversible","disruptive"]}],"approval":{"reversible":"none","disruptive":"second-principal"},
             "limits":{"mutationsPerHour":1}}
            """);
        string open = (await cli.LineAsync("plan create vm shutdown web-1 -o name")).Succeeded().Trim();
        Assert.Contains("needs an approval (second-principal)", await ShownAsync(cli, $"plan apply {open} --dry-run"), StringComparison.Ordinal);
        await PlanVerbTests.AppliedAsync(cli, "vm set staging --memory 4096");
        (await cli.LineAsync("freeze --reason incident-7")).Succeeded();
        string number = (await cli.LineAsync("audit list --query \"[?kind=='outcome'].number | [0]\" -o yaml")).Succeeded().Trim();

        string apply = await ShownAsync(cli, $"plan apply {open} --dry-run");
        string undo = await ShownAsync(cli, $"undo {number} --dry-run");

        Assert.All((string[])["Applied now, it would be refused: Changes are frozen", "incident-7", "1 calls were made in the last hour"], words =>
        {
            Assert.Contains(words, apply, StringComparison.Ordinal);
            Assert.Contains(words, undo, StringComparison.Ordinal);
        });
        Assert.Contains("needs an approval (second-principal)", apply, StringComparison.Ordinal);
        Assert.DoesNotContain("needs an approval", undo, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plan create vm set staging --memory 4096 --dry-run")]
    [InlineData("plan create --dry-run vm set staging --memory 4096")]
    [InlineData("plan create --dry-run POST /nodes/pve1/qemu/106/config memory=4096")]
    public async Task Create_OnlyShown_ShowsThePlan_AndKeepsNone(string line)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        CliRun run = await cli.LineAsync(line);
        Assert.Contains("POST /nodes/pve1/qemu/106/config memory=4096", run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("no plan is kept", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("plan apply", run.Errors, StringComparison.Ordinal);
        await NothingIsLeftAsync(cli);
    }

    [Fact]
    public async Task Create_WithADryRunBehindTheSeparator_SaysWhereItBelongs()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        Assert.Contains(
            "prox plan create --dry-run", (await cli.LineAsync("plan create -- vm set staging --memory 4096 --dry-run")).FailedWith(2), StringComparison.Ordinal);
        await NothingIsLeftAsync(cli);
    }

    private static async Task<string> ShownAsync(CliHarness cli, string line)
    {
        CliRun run = await cli.LineAsync(line);
        run.Succeeded();
        return run.Errors;
    }

    [Fact]
    public async Task Retire_ThatThePolicyForbids_IsRefusedWhenItIsOnlyShown()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        cli.Guard("lab", """{"version":1,"allow":[]}""");

        (await cli.LineAsync("retire staging --dry-run")).FailedWith(7);
        (await cli.LineAsync("retired purge 106 --dry-run")).FailedWith(7);
        await NothingIsLeftAsync(cli);
    }

    [Fact]
    public async Task Verbs_ThatMakePlans_AreNoPartOfAnother()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("could be planned", (await cli.LineAsync("plan create retire staging")).FailedWith(2), StringComparison.Ordinal);
    }

    /// <summary>Every verb that changes something on a server takes it; the others are named here with the reason.</summary>
    [Fact]
    public void Verbs_ThatChange_TakeIt()
    {
        (string Path, VerbCommand Command)[] changing =
        [
            .. HelpTests.Walk().Where(static item => item.Command is VerbCommand { Verb.Class: not VerbClass.Read })
                .Select(static item => (item.Path, (VerbCommand)item.Command)),
        ];
        string[] without =
        [
            .. changing.Where(static item => !item.Command.Options.Any(static option => option.Name == "--dry-run")).Select(static item => item.Path),
        ];

        Assert.True(changing.Length > 450, $"{changing.Length} verbs");
        Assert.Equal(s_without.Keys.Order(StringComparer.Ordinal), without.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("plan list --sort nosuch")]
    [InlineData("plan list --fields plan,nosuch")]
    [InlineData("retired list --sort -nosuch")]
    public async Task EmptyList_SortedByWhatNoRowHas_NamesTheFields(string line)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("nosuch", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
        (await cli.LineAsync("plan list --sort -expires")).Succeeded();
    }

    private static async Task NothingIsLeftAsync(CliHarness cli)
    {
        Assert.Empty((await cli.LineAsync("plan list -o name")).Succeeded().Trim());
        Assert.Empty((await cli.LineAsync("audit list -o name")).Succeeded().Trim());
    }
}
