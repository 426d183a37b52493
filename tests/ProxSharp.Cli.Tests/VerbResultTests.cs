using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What verbs that change something tell about it, and what they refuse before they change it.</summary>
public sealed class VerbResultTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("vm start windows --wait-timeout 0", "--wait-timeout 0 is out of bounds")]
    [InlineData("vm start windows --wait-timeout 9999999", "--wait-timeout 9999999 is out of bounds")]
    [InlineData("vm start windows --parallel 0", "--parallel 0 is out of bounds")]
    [InlineData("vm start windows --per-node 0", "--per-node 0 is out of bounds")]
    [InlineData("vm start windows --fields nosuch", "no field 'nosuch'")]
    [InlineData("vm start windows --fields vmid,nosuch,neither", "no field 'nosuch', 'neither'")]
    [InlineData("vm start windows --sort nosuch", "no field 'nosuch'")]
    [InlineData("vm create zz --vmid 105 --node pve3 --fields nosuch", "no field 'nosuch'")]
    [InlineData("vm clone debian-13-template zz --newid 105 --sort nosuch", "no field 'nosuch'")]
    public async Task Change_WithAnOptionThatCannotBe_IsRefusedBeforeItIsMade(string line, string message)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(message, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);

        Assert.Equal("stopped\n", (await cli.LineAsync("vm show 105 --query status -o name")).Succeeded());
        Assert.Equal("[]\n", (await cli.LineAsync("task list --guest 105 -o json --query \"[]\"")).Succeeded());
    }

    [Theory]
    [InlineData("--fields nosuch", "no field 'nosuch'")]
    [InlineData("--query 'length(value)' --sort x", "")]
    [InlineData("--query 'abs(value)'", "--query")]
    public async Task Change_WhoseResultCannotBeShownAsAsked_IsShownWholeAndWithAWarning(string options, string warning)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        CliRun run = await cli.LineAsync($"access user token create demo@pve fresh {options} -o json");

        Assert.Contains(warning, run.Errors, StringComparison.Ordinal);
        Assert.Equal(warning.Length > 0, run.Succeeded().Contains("\"full-tokenid\": \"demo@pve!fresh\"", StringComparison.Ordinal));
        Assert.Equal(warning.Length > 0, run.Errors.Contains("{\"warning\":{\"message\":", StringComparison.Ordinal));
        (await cli.LineAsync("access user token show demo@pve fresh")).Succeeded();
    }

    [Fact]
    public async Task ApiCreate_WhoseResultCannotBeShownAsAsked_IsShownWholeAndWithAWarning()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        CliRun run = await cli.LineAsync("api create /access/users/demo@pve/token/fresh --fields nosuch");

        Assert.Contains("demo@pve!fresh", run.Succeeded(), StringComparison.Ordinal);
        Assert.StartsWith("warning: The result has no field 'nosuch'", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm list --sort lock")]
    [InlineData("vm list --fields vmid,lock")]
    [InlineData("vm snapshot list @pool-production --sort vmid,-snaptime")]
    [InlineData("vm snapshot list web-1 --sort vmid,-snaptime")]
    [InlineData("task list --sort -pid")]
    public async Task List_ByAFieldThatNoItemHasNow_IsNoError(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        // Nothing fits where there is no task yet.
        Assert.DoesNotContain("error", (await cli.LineAsync(line)).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Monitor_OfAMachine_IsShown()
    {
        using CliHarness cli = await cluster.UserAsync();

        string table = (await cli.LineAsync("vm monitor web-1 --command 'info status'")).Succeeded();
        JsonElement row = await RowAsync(cli, "vm monitor web-1 --command 'info status'");

        Assert.EndsWith("\n\nVM 100 (web-1):\nVM status: running\n", table, StringComparison.Ordinal);
        Assert.Equal("VM status: running\r\n", row.GetProperty("result").GetString());
    }

    [Fact]
    public async Task AgentCall_WithAShortAnswer_HasAColumnForIt()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        Assert.Equal("thawed", (await RowAsync(cli, "vm agent fsfreeze-status web-1")).GetProperty("result").GetString());
        Assert.True((await RowAsync(cli, "vm agent fsfreeze-freeze web-1")).GetProperty("result").GetInt32() > 0);
        string[] table = (await cli.LineAsync("vm agent fsfreeze-status web-1,web-2")).Succeeded().Split('\n');

        Assert.EndsWith("outcome  result", table[0], StringComparison.Ordinal);
        Assert.EndsWith("ok       frozen", table[1], StringComparison.Ordinal);
        Assert.EndsWith("ok       thawed", table[2], StringComparison.Ordinal);
        Assert.Equal("frozen\n", (await cli.LineAsync("vm agent fsfreeze-status web-1 -o name --fields result")).Succeeded());
    }

    [Fact]
    public async Task AgentCall_ThatAnswersNothing_HasNoResult()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.False((await RowAsync(cli, "vm agent ping web-1")).TryGetProperty("result", out _));
    }

    [Theory]
    [InlineData("vm vncproxy web-1", "VM 100 (web-1):")]
    [InlineData("ct vncproxy dns", "container 200 (dns):")]
    public async Task Proxy_OfAGuest_TellsTicketAndPortAndDoesNotWait(string line, string title)
    {
        using CliHarness cli = await cluster.UserAsync(80);

        JsonElement result = (await RowAsync(cli, line)).GetProperty("result");
        string table = (await cli.LineAsync(line)).Succeeded();

        Assert.Contains("PVEVNC:", result.GetProperty("ticket").GetString(), StringComparison.Ordinal);
        Assert.True(result.TryGetProperty("port", out _));
        Assert.StartsWith("UPID:", result.GetProperty("upid").GetString(), StringComparison.Ordinal);
        Assert.Contains($"\n{title}\n", table, StringComparison.Ordinal);
        Assert.Matches("(?m)^ticket +[^ …]*PVEVNC:[^ …]+$", Plain(table));
    }

    [Theory]
    [InlineData("node termproxy pve1")]
    [InlineData("node vncshell pve1")]
    public async Task Proxy_OfANode_TellsTicketAndPortAndDoesNotWait(string line)
    {
        using CliHarness cli = await cluster.UserAsync(80);

        using JsonDocument document = JsonDocument.Parse((await cli.LineAsync($"{line} -o json")).Succeeded());
        JsonElement result = document.RootElement.GetProperty("data");

        Assert.Contains("PVEVNC:", result.GetProperty("ticket").GetString(), StringComparison.Ordinal);
        Assert.True(result.TryGetProperty("port", out _));
        Assert.Matches("(?m)^ticket +[^ …]*PVEVNC:[^ …]+$", Plain((await cli.LineAsync(line)).Succeeded()));
    }

    [Fact]
    public async Task SpiceProxy_OfAMachine_TellsTheViewersSettings()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        (await cli.LineAsync("vm set staging --vga qxl")).Succeeded();
        (await cli.LineAsync("vm start staging")).Succeeded();

        JsonElement result = (await RowAsync(cli, "vm spiceproxy staging")).GetProperty("result");

        Assert.Equal("spice", result.GetProperty("type").GetString());
        Assert.False(string.IsNullOrEmpty(result.GetProperty("password").GetString()));
        Assert.Matches("(?m)^proxy +http", (await cli.LineAsync("vm spiceproxy staging")).Succeeded());
    }

    [Fact]
    public async Task Create_OfAGuest_TellsWhichOneItIs()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        using JsonDocument document = JsonDocument.Parse((await cli.LineAsync("vm create zz --node pve2 --memory 512 -o json")).Succeeded());
        JsonElement made = document.RootElement.GetProperty("data");

        Assert.Equal(["vmid", "name", "node", "upid", "exitstatus"], made.EnumerateObject().Select(static member => member.Name));
        Assert.Equal(("zz", "pve2", "OK"), (Text(made, "name"), Text(made, "node"), Text(made, "exitstatus")));
        Assert.Equal($"{made.GetProperty("vmid")}\n", (await cli.LineAsync("vm list zz -o name")).Succeeded());
    }

    [Theory]
    [InlineData("vm create zz --vmid 190 --node pve2 --memory 512", "^vmid +190\nname +zz\nnode +pve2\nupid +UPID:pve2:.*\nexitstatus +OK\n$")]
    [InlineData("vm create zz --vmid 190 --node pve2 --memory 512 -o name", "^190\n$")]
    [InlineData("vm create zz --vmid 190 --node pve2 --memory 512 -o name --no-wait", "^UPID:pve2:.*\n$")]
    [InlineData("vm clone debian-13-template zz --newid 190 --target pve1", "^vmid +190\nname +zz\nnode +pve1\nupid +UPID:pve1:.*\nexitstatus +OK\n$")]
    public async Task Make_AGuest_PrintsWhatNamesIt(string line, string pattern)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        Assert.Matches(pattern, (await cli.LineAsync(line)).Succeeded());
    }

    [Theory]
    [InlineData("vm stop web-1", "^UPID:pve1:.*:qmstop:100:.*\n$")]
    [InlineData("vm stop web-1,windows", "^UPID:pve1:.*:qmstop:100:.*\n$")]
    [InlineData("vm stop windows", "^$")]
    public async Task NoWait_ByName_PrintsTasksAndNothingElse(string line, string pattern)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        Assert.Matches(pattern, (await cli.LineAsync($"{line} --no-wait -o name")).Succeeded());
    }

    private static async Task<JsonElement> RowAsync(CliHarness cli, string line)
    {
        using JsonDocument document = JsonDocument.Parse((await cli.LineAsync($"{line} -o json")).Succeeded());
        return Assert.Single(document.RootElement.GetProperty("data").EnumerateArray()).Clone();
    }

    private static string Text(JsonElement value, string name) => value.GetProperty(name).GetString()!;

    // Without the colours of a terminal.
    private static string Plain(string text) => System.Text.RegularExpressions.Regex.Replace(text, "\e\\[[0-9;]*m", "");

    [Fact]
    public async Task Failure_InJsonMode_IsOneObjectWithTheWarnings()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        own.Simulator.Faults.FailTask(new Simulator.Faults.TaskFault { Type = "qmstart", Text = "no" });
        own.Simulator.Faults.When(
            static request => request.Method == "GET" && request.Path.Contains("/tasks/UPID", StringComparison.Ordinal), Simulator.Faults.Fault.ConnectionRefused,
            times: 12);

        CliRun run = await cli.LineAsync("vm start staging -o json");

        run.FailedWithCode(9);
        using JsonDocument error = JsonDocument.Parse(run.Errors);
        Assert.Contains("does not answer", error.RootElement.GetProperty("error").GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_LoginThatIsLost_SaysHowToWaitOn()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        own.Simulator.Faults.When(
            static request => request.Method == "GET" && request.Path.Contains("/tasks/UPID", StringComparison.Ordinal),
            Simulator.Faults.Fault.Status(401, "authentication failure"), times: 50);

        CliRun run = await cli.LineAsync("vm start staging");

        run.FailedWithCode(4);
        Assert.Contains("wait on with: prox task wait 'UPID:", run.Errors, StringComparison.OrdinalIgnoreCase);
    }
}
