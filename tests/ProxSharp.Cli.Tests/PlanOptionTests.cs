using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Options of the run that plans, wherever they stand, and files of calls.</summary>
public sealed class PlanOptionTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private const string Call = "PUT /nodes/pve1/qemu/106/config description=new";

    [Theory]
    [InlineData("plan create vm stop staging --help")]
    [InlineData("plan create vm stop -h")]
    public async Task Create_WithTheOptionForHelpBehindACommand_ShowsTheHelpOfTheCommand(string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        Assert.Equal((await cli.LineAsync("vm stop --help")).Succeeded(), (await cli.LineAsync(line)).Succeeded());
    }

    [Theory]
    [InlineData("plan create nosuch --help")]
    [InlineData("plan create vmm stop --help")]
    public async Task Create_WithTheOptionForHelpBehindNoCommand_SaysThatThereIsNone(string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        Assert.Contains("Unknown command", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plan create " + Call + " --record rec.jsonl")]
    [InlineData("plan create " + Call + " --record=rec.jsonl")]
    [InlineData("plan create --record rec.jsonl " + Call)]
    [InlineData("--record rec.jsonl plan create " + Call)]
    [InlineData("plan create PUT /nodes/pve1/qemu/106/config --record rec.jsonl description=new")]
    [InlineData("plan create vm set staging --description new --record rec.jsonl")]
    public async Task Record_WhereverItStands_RecordsWhatThePlanReads(string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        CliRun run = await cli.LineAsync(line);
        Assert.Contains("description=new", run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("recorded, secrets masked", run.Errors, StringComparison.Ordinal);
        string[] exchanges = await File.ReadAllLinesAsync(Path.Combine(cli.Home, "rec.jsonl"), TestContext.Current.CancellationToken);
        Assert.Contains(exchanges, static exchange => exchange.Contains("/nodes/pve1/qemu/106/config", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("plan create " + Call + " -o json")]
    [InlineData("plan create " + Call + " -c lab -o json")]
    [InlineData("plan create " + Call + " --context lab -o json --record rec.jsonl")]
    [InlineData("plan create -c lab " + Call + " -o json")]
    public async Task Output_BehindTheCall_IsKept(string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        using JsonDocument plan = JsonDocument.Parse((await cli.LineAsync(line)).Succeeded());
        string? call = plan.RootElement.GetProperty("data").GetProperty("calls")[0].GetString();
        Assert.Matches("^PUT /nodes/pve1/qemu/106/config digest=[0-9a-f]+ description=new$", call);
    }

    [Fact]
    public async Task Context_BehindTheCall_IsTheOneThatIsUsed()
    {
        using CliHarness cli = await cluster.UserAsync();
        Assert.Contains("elsewhere", (await cli.LineAsync($"plan create {Call} -c elsewhere")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DebugHttp_BehindTheCall_ShowsWhatIsRead()
    {
        using CliHarness cli = await cluster.UserAsync();
        CliRun run = await cli.LineAsync($"plan create {Call} --debug-http");
        run.Succeeded();
        Assert.Contains("/nodes/pve1/qemu/106/config", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_FromWhatNeverEnds_AreRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Devices are told from files on Linux.");
        using CliHarness cli = await cluster.UserAsync();
        string errors = (await cli.LineAsync("plan create --calls /dev/zero")).FailedWith(2);
        Assert.Contains("/dev/zero is a device, and must be a regular file", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_FromAHugeFile_AreRefused()
    {
        using CliHarness cli = await cluster.UserAsync();
        string file = Path.Combine(cli.Home, "huge.json");
        await using (FileStream stream = File.Create(file))
        {
            stream.SetLength(100L * 1024 * 1024);
        }

        Assert.Contains("is longer than 32 Mi characters", (await cli.LineAsync("plan create --calls huge.json")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AgentTokenCreate_BehindAPolicy_IsNotOfferedAsAPlan()
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Guard("lab", """{"version":1,"allow":[{"classes":["privileged"]}]}""");
        CliRun run = await cli.LineAsync("agent token create --role reader");
        Assert.Contains("A person runs it where no policy is", run.FailedWith(7), StringComparison.Ordinal);
        Assert.DoesNotContain("prox plan create", run.Errors, StringComparison.Ordinal);
    }
}
