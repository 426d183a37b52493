using System.Text.RegularExpressions;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Commands that messages and hints print: they name the server that was named, and a shell takes them as they are.</summary>
public sealed partial class PrintedCommandTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("vm stop x -c lab", "Wait on with: prox task wait 'UPID:a b'", "Wait on with: prox -c lab task wait 'UPID:a b'")]
    [InlineData("--context=lab vm list", "prox approve 1", "prox -c lab approve 1")]
    [InlineData("-clab vm list", "See: prox guest list, prox node list", "See: prox -c lab guest list, prox -c lab node list")]
    [InlineData("vm list -c 'my lab'", "(prox task list)", "(prox -c 'my lab' task list)")]
    [InlineData("vm list -c lab", "Choose one with: prox context use NAME", "Choose one with: prox context use NAME")]
    [InlineData("vm list -c lab", "See what prox export writes", "See what prox export writes")]
    [InlineData("vm list -c lab", "Look into prox help selectors, or prox vm --help", "Look into prox help selectors, or prox vm --help")]
    [InlineData("vm list -c lab", "Run: prox plan create vm stop x -c lab", "Run: prox plan create vm stop x -c lab")]
    [InlineData("plan create -- vm stop x -c lab", "prox plan apply 1", "prox -c lab plan apply 1")]
    [InlineData("vm agent exec x -- sh -c lab", "prox task list", "prox task list")]
    [InlineData("vm list", "prox task list", "prox task list")]
    [InlineData("vm list -clab", "prox task list", "prox -c lab task list")]
    [InlineData("qm set 106 -net0 virtio -cores 2", "Write: prox vm set 106 --net0 virtio --cores 2", "Write: prox vm set 106 --net0 virtio --cores 2")]
    [InlineData("qm set 106 -cipassword x", "See: prox vm set", "See: prox vm set")]
    [InlineData("-clab qm set 106 -cores 2", "See: prox vm set", "See: prox -c lab vm set")]
    [InlineData("-c lab qm set 106 -cores 2", "See: prox vm set", "See: prox -c lab vm set")]
    [InlineData("qm -c lab set 106 -cores 2", "See: prox vm set", "See: prox -c lab vm set")]
    [InlineData("-o json vm list -clab", "prox task list", "prox -c lab task list")]
    [InlineData("-c lab vm 106 set -cores 2", "Write: prox vm set 106 --cores 2", "Write: prox -c lab vm set 106 --cores 2")]
    [InlineData("vm 106 set -cores 2", "Write: prox vm set 106 --cores 2", "Write: prox vm set 106 --cores 2")]
    [InlineData("policy check -c lab", "enter prox mcp agent in the program; prox mcp alone serves all", "enter prox mcp agent in the program; prox mcp alone serves all")]
    [InlineData("agent install -c lab", "name one: prox agent install ... NAME", "name one: prox agent install ... NAME")]
    [InlineData("agent install -c lab", "Make a token: prox agent token create", "Make a token: prox -c lab agent token create")]
    public void In_CommandLineThatNamesAServer_NamesItToo(string line, string text, string expected) =>
        Assert.Equal(expected, new PrintedCommands(ShellWords.Split(line)).In(text));

    [Theory]
    [InlineData("--url https://a --token-id r@pam!t --secret env:S", "prox api get /nodes", "prox api --url https://a --token-id 'r@pam!t' --secret env:S get /nodes")]
    [InlineData(
        "--url https://a --user r@pam --secret env:S --insecure", "prox task wait 'UPID:pve1:1:2:3:qmstart:100:root@pam!t:'",
        "prox api --url https://a --user r@pam --secret env:S --insecure get /nodes/pve1/tasks/UPID%3Apve1%3A1%3A2%3A3%3Aqmstart%3A100%3Aroot%40pam%21t%3A/status")]
    [InlineData("--url https://a --user r@pam --secret hunter2", "prox api get /nodes", "prox api get /nodes")]
    [InlineData("--url https://a --user r@pam --secret env:S", "prox api describe /nodes", "prox api describe /nodes")]
    public void In_ServerWithoutAContext_IsReachedThroughTheApi(string options, string text, string expected) =>
        Assert.Equal(expected, new PrintedCommands(["api", "create", "/x", .. ShellWords.Split(options)]).In(text));

    [Theory]
    [InlineData("/nodes/{node}/qemu", "/nodes/{node}/qemu")]
    [InlineData("UPID:pve1:root@pam!ci:", "'UPID:pve1:root@pam!ci:'")]
    [InlineData("{a,b}", "'{a,b}'")]
    [InlineData("{1..3}", "'{1..3}'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("", "''")]
    public void Join_Word_IsTakenByAShellAsItIs(string word, string expected)
    {
        Assert.Equal(expected, GuardWords.Join([word]));
        Assert.Equal([word], ShellWords.Split(GuardWords.Join([word])));
    }

    [Theory]
    [InlineData("api get /nodes/pve1/qemu/4711/config", 5)]
    [InlineData("vm start nobody", 5)]
    [InlineData("pool show nothing", 5)]
    [InlineData("console nothing", 5)]
    [InlineData("api describe /nodez", 2)]
    [InlineData("vm set web-1", 2)]
    public async Task Error_WithContext_ItsCommandWorksWhereNoContextIsCurrent(string line, int exitCode)
    {
        using CliHarness cli = await NobodyCurrentAsync();

        string error = (await cli.LineAsync($"{line} -c other")).FailedWith(exitCode);

        Match command = Command().Match(error);
        Assert.True(command.Success, error);
        (await cli.LineAsync(command.Groups[1].Value)).Succeeded();
    }

    [Theory]
    [InlineData("-cores 2")]
    [InlineData("-comment text")]
    [InlineData("-content iso")]
    [InlineData("-cpu host")]
    public async Task OtherTool_OptionThatBeginsAsTheContext_IsNoContext(string option)
    {
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync($"qm set 106 -net0 virtio,bridge=vmbr0 {option}")).FailedWith(2);

        Assert.Contains("prox vm set", error, StringComparison.Ordinal);
        Assert.DoesNotContain("prox -c", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoWait_WithContext_TaskCommandsWork()
    {
        using CliHarness cli = await NobodyCurrentAsync();
        string upid = (await cli.LineAsync("vm snapshot create web-2 printed --no-wait -o name -c other")).Succeeded().Trim();

        (await cli.LineAsync($"{GuardWords.Join(["task", "wait", upid])} -c other")).Succeeded();
        CliRun apart = await cli.LineAsync($"task wait {GuardWords.Join([upid])}");

        Assert.NotEqual(0, apart.ExitCode);
    }

    [Fact]
    public async Task Plan_WithContext_IsAppliedAndTakenBackWithThePrintedCommands()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        await own.UseAsync(cli, "other");
        await AwayAsync(cli);

        string planned = (await cli.LineAsync("-c other plan create vm set staging --description changed")).Errors;
        string applied = (await cli.LineAsync(After(planned, "Apply it with: prox "))).Errors;
        string undone = After(applied, "To take it back: prox ");
        string back = (await cli.LineAsync(undone)).Errors;

        Assert.Matches("^-c other plan apply [0-9a-f]+$", After(planned, "Apply it with: prox "));
        Assert.Matches("^-c other undo [0-9]+$", undone);
        Assert.Contains("prox -c other plan apply", back, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Approval_WithContext_NamesTheContext()
    {
        using CliHarness cli = await NobodyCurrentAsync();
        cli.Guard("other", """{"version":1,"allow":[{"classes":["destructive"]}],"approval":{"destructive":"prompt"}}""");
        string planned = (await cli.LineAsync("plan create vm delete staging -c other")).Errors;

        string refused = (await cli.LineAsync(After(planned, "Apply it with: prox "))).FailedWith(8);

        Assert.Contains("prox -c other approve ", refused, StringComparison.Ordinal);
    }

    private async Task<CliHarness> NobodyCurrentAsync()
    {
        CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        await cluster.UseAsync(cli, "other");
        await AwayAsync(cli);
        return cli;
    }

    // The current context is a server that does not answer.
    private static async Task AwayAsync(CliHarness cli) =>
        (await cli.LineAsync("context add away https://127.0.0.1:9 --token-id a@pam!b --secret env:NOWHERE --use")).Succeeded();

    private static string After(string text, string lead) => text.Split(lead)[^1].Split('\n')[0].TrimEnd('.');

    [GeneratedRegex("prox ((?:-c other )?[a-z].*?)(?:, prox.*)?\\.?$", RegexOptions.CultureInvariant | RegexOptions.RightToLeft)]
    private static partial Regex Command();
}
