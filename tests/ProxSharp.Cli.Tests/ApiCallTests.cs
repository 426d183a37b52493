using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

public sealed class ApiCallTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Fact]
    public async Task Get_Password_LogsIn()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync($"api get /version --url {cluster.Url} --user {DefaultCluster.DemoUser} --secret env:LAB_PASSWORD --fingerprint {cluster.Simulator.Fingerprint} -o jsonl");

        Assert.Contains("\"version\":", run.Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ContextFromEnvironment_IsUsed()
    {
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync("context add other nowhere.invalid --user root@pam --secret env:X --use")).Succeeded();

        (await cli.With("PROX_CONTEXT", "lab").LineAsync("api get /version")).Succeeded();
    }

    [Theory]
    [InlineData("api get /version")]
    [InlineData("api GET /version")]
    [InlineData("api post /cluster/firewall/aliases name=verb cidr=10.0.0.1 --dry-run")]
    [InlineData("api PUT /nodes/pve1/qemu/100/config memory=1024 --dry-run")]
    [InlineData("api DELETE /pools/none --dry-run")]
    [InlineData("api get api2/json/version/")]
    [InlineData("api get /nodes/pve1/qemu/100/config current=true")]
    [InlineData("api get /nodes/pve1/qemu/100/config --data '{\"current\": false}'")]
    [InlineData("api get /nodes/pve1/qemu/100/config --data '{\"current\": false,}'")]
    public async Task Get_VariousSpellings_AreUnderstood(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        (await cli.LineAsync(line)).Succeeded();
    }

    [Theory]
    [InlineData("api get /")]
    [InlineData("api get ''")]
    [InlineData("api get /api2/json")]
    public async Task Get_Root_IsTheServersIndex(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal("subdir\nversion\ncluster\nnodes\nstorage\naccess\npools\n", (await cli.LineAsync($"{line} -o csv")).Succeeded());
    }

    [Fact]
    public async Task Get_OutputFile_TakesAResultThatIsNoFile()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("api get /nodes --fields node -o csv --output-file nodes.csv");

        Assert.Equal("", run.Succeeded());
        Assert.StartsWith("node\n", await File.ReadAllTextAsync(Path.Combine(cli.Home, "nodes.csv"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("missing", (await cli.LineAsync("api get /nodes --output-file missing/nodes.csv")).FailedWith(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api describe /nodes/{node}/qemu --method create -p boot --from-server")]
    [InlineData("api get /nodes/pve1/qemu --fields vmid,name,maxmem --from-server")]
    public async Task Call_WithTheSimulatorsSchema_SaysTheSame(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        string known = (await cli.LineAsync(line.Replace(" --from-server", "", StringComparison.Ordinal))).Succeeded();

        Assert.Equal(known, (await cli.LineAsync(line)).Succeeded());
    }

    [Fact]
    public async Task Set_ParametersFromFilesAndInput_ArriveAsTheyAre()
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("notes.md", "first = line; & second\n");
        cli.Input = "{\"memory\": 1024, \"onboot\": true}";

        (await cli.LineAsync("api set /nodes/pve1/qemu/106/config description=@notes.md tags=@@x --data -")).FailedWith(2);
        (await cli.LineAsync("api set /nodes/pve1/qemu/106/config description=@notes.md --data @empty.json")).FailedWith(2);
        cli.Input = "{\"memory\": 1024, \"onboot\": true}";
        CliRun set = await cli.LineAsync("api set /nodes/pve1/qemu/106/config description=@notes.md --data -");
        CliRun get = await cli.LineAsync("api get /nodes/pve1/qemu/106/config --fields description,memory,onboot -o json");

        Assert.Contains("Done.", set.Errors, StringComparison.Ordinal);
        using JsonDocument config = JsonDocument.Parse(get.Succeeded());
        Assert.Equal("first = line; & second", config.RootElement.GetProperty("description").GetString()!.TrimEnd('\n'));
        Assert.Equal("1024", config.RootElement.GetProperty("memory").ToString());
        Assert.Equal("1", config.RootElement.GetProperty("onboot").ToString());
    }

    [Fact]
    public async Task Terminal_Table_FitsAndIsColoured()
    {
        using CliHarness cli = await cluster.UserAsync(terminalWidth: 60);

        string table = (await cli.LineAsync("api get /cluster/resources type=vm")).Succeeded();
        string plain = (await cli.LineAsync("api get /cluster/resources type=vm --no-color")).Succeeded();

        Assert.Contains("\u001b[32m", table, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', plain);
        Assert.All(plain.Split('\n').Where(static line => !line.StartsWith('(')), static line => Assert.InRange(line.Length, 0, 60));
        Assert.DoesNotContain('\u001b', (await cli.With("NO_COLOR", "1").LineAsync("api get /version")).Succeeded());
    }
}
