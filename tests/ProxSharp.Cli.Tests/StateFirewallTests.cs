using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>The lists of guests and nodes of a file's firewall: with <c>--prune</c> those that they do not name lose what somebody has set up there.</summary>
public sealed class StateFirewallTests
{
    private const string Untouched = "prox: 1\nfirewall: {rules: [], nodes: [], guests: []}\n";

    private const string SetUp = """
        prox: 1
        firewall:
          nodes:
            - {node: pve1, options: {enable: 1}, rules: [{type: in, action: ACCEPT, proto: icmp}]}
          guests:
            - {vmid: 106, options: {enable: 1}, aliases: [{name: peer, cidr: 10.9.0.1}], ipsets: [{name: mine, entries: [{cidr: 10.9.0.0/24}]}], rules: [{type: in, action: ACCEPT, source: peer}, {type: in, action: DROP}]}
            - {vmid: 200, rules: [{type: in, action: ACCEPT, proto: icmp}]}
        """;

    [Fact]
    public async Task Prune_EmptyLists_TakeAwayAllButOptions()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await SetUpAsync(cluster, Untouched);

        CliRun diff = await cli.LineAsync("diff -f file.yaml --prune");

        Assert.Equal(1, diff.ExitCode);
        Assert.Equal(
            [
                "delete firewall node pve1 rule action=ACCEPT enable=1 proto=icmp type=in",
                "delete firewall guest 106 rule action=DROP enable=1 type=in",
                "delete firewall guest 106 rule action=ACCEPT enable=1 source=peer type=in",
                "delete firewall guest 200 rule action=ACCEPT enable=1 proto=icmp type=in",
                "delete firewall guest 106 ipset mine entry 10.9.0.0/24",
                "delete firewall guest 106 ipset mine",
                "delete firewall guest 106 alias peer",
            ],
            diff.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("--yes", (await cli.LineAsync("apply -f file.yaml --prune")).FailedWith(8), StringComparison.Ordinal);
        (await cli.LineAsync("apply -f file.yaml --prune --yes")).Succeeded();

        Assert.Equal("No differences.\n", (await cli.LineAsync("diff -f file.yaml --prune")).Errors);
        Assert.Equal("[]", (await cli.LineAsync("api get /nodes/pve1/qemu/106/firewall/rules -o json")).Succeeded().Trim());
        Assert.Equal("1\n", (await cli.LineAsync("api get /nodes/pve1/qemu/106/firewall/options --query enable -o name")).Succeeded());
    }

    [Fact]
    public async Task DryRun_OfARuleBehindANewOne_ComparesTheRuleItself()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        const string Before = "prox: 1\nfirewall: {rules: [{type: in, action: ACCEPT, proto: tcp, dport: '22', comment: ssh}, {type: in, action: ACCEPT, proto: tcp, dport: '8006', comment: gui}, {type: in, action: REJECT, comment: rest}]}\n";
        const string After = "prox: 1\nfirewall: {rules: [{type: in, action: ACCEPT, proto: icmp}, {type: in, action: ACCEPT, proto: tcp, dport: '22', comment: ssh}, {type: in, action: ACCEPT, proto: tcp, dport: '8006', comment: gui2}, {type: in, action: REJECT, comment: rest}]}\n";
        using CliHarness cli = await cluster.RootAsync();
        cli.Write("before.yaml", Before);
        cli.Write("after.yaml", After);
        (await cli.LineAsync("apply -f before.yaml")).Succeeded();

        string calls = (await cli.LineAsync("apply -f after.yaml --dry-run")).Succeeded();

        Assert.Contains("PUT /cluster/firewall/rules/2 comment=gui2\n  - comment: gui\n  + comment: gui2\n", calls, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{rules: []}", "")]
    [InlineData("{rules: [], guests: null}", "")]
    [InlineData("{nodes: []}", "node pve1")]
    [InlineData("{guests: [{vmid: 106, options: {enable: 1}}]}", "guest 200")]
    [InlineData("{nodes: [{node: pve1}], guests: [{vmid: staging}, {vmid: dns, rules: []}]}", "guest 200")]
    public async Task Prune_List_TouchesWhatItDoesNotName(string section, string touched)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await SetUpAsync(cluster, $"prox: 1\nfirewall: {section}\n");

        string subjects = (await cli.LineAsync("diff -f file.yaml --prune --query '[].subject' -o name")).Output;

        Assert.Equal(touched, string.Join(", ", subjects.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(" rule")[0]).Distinct()));
        Assert.Equal("No differences.\n", (await cli.LineAsync("diff -f file.yaml")).Errors);
    }

    [Theory]
    [InlineData("guests")]
    [InlineData("nodes")]
    public async Task Prune_NodeThatIsOffline_IsAnError(string list)
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await SetUpAsync(cluster, $"prox: 1\nfirewall: {{{list}: []}}\n");
        cluster.Simulator.Faults.KillNode("pve3");

        Assert.Contains("pve3", (await cli.LineAsync("apply -f file.yaml --prune --yes")).FailedWith(1), StringComparison.Ordinal);
        Assert.NotEqual("[]", (await cli.LineAsync("api get /nodes/pve1/qemu/106/firewall/rules -o json")).Succeeded().Trim());
    }

    private static async Task<CliHarness> SetUpAsync(SimulatedCluster cluster, string file)
    {
        CliHarness cli = await cluster.RootAsync();
        cli.Write("set-up.yaml", SetUp);
        (await cli.LineAsync("apply -f set-up.yaml --yes")).Succeeded();
        cli.Write("file.yaml", file);
        return cli;
    }
}
