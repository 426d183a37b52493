using ProxSharp.Api;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Derived;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>What acts on a node's own disks and daemons goes to no node that nobody named, where there are several.</summary>
public sealed class OwnNodeTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    // What a node is asked for although the whole cluster has it.
    private static readonly string[] s_ofCluster =
    [
        "DELETE /nodes/{node}/ceph/fs/{name}", "DELETE /nodes/{node}/ceph/pool/{name}", "POST /nodes/{node}/ceph/fs/{name}",
        "POST /nodes/{node}/ceph/osd/{osdid}/in", "POST /nodes/{node}/ceph/osd/{osdid}/out", "POST /nodes/{node}/ceph/osd/{osdid}/scrub",
        "POST /nodes/{node}/ceph/pool", "PUT /nodes/{node}/ceph/pool/{name}",
    ];

    [Theory]
    [InlineData("ceph osd create --dev /dev/sdb --yes")]
    [InlineData("ceph osd create --dev /dev/sdb --dry-run")]
    [InlineData("ceph osd delete 0 --yes")]
    [InlineData("ceph stop")]
    [InlineData("ceph start --service osd.0")]
    [InlineData("ceph restart")]
    [InlineData("ceph restart-bulk --yes")]
    [InlineData("ceph mon create pve1")]
    [InlineData("ceph mon delete pve1 --yes")]
    [InlineData("ceph mgr create pve1")]
    [InlineData("ceph mgr delete pve1 --yes")]
    [InlineData("ceph mds create pve1")]
    [InlineData("ceph mds delete pve1 --yes")]
    [InlineData("ceph init")]
    [InlineData("vm create x1")]
    public async Task Change_OfANodesOwnThings_NeedsTheNode(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains("The cluster has several nodes, and none is named", error, StringComparison.Ordinal);
        Assert.Contains("--node: pve1, pve2, pve3", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ceph osd create --dev /dev/sdb --node pve2", "POST /nodes/pve2/ceph/osd")]
    [InlineData("ceph osd delete 0 --node pve3", "DELETE /nodes/pve3/ceph/osd/0")]
    [InlineData("ceph osd out 0", "POST /nodes/pve1/ceph/osd/0/out")]
    [InlineData("ceph osd in 0", "POST /nodes/pve1/ceph/osd/0/in")]
    [InlineData("ceph osd scrub 0", "POST /nodes/pve1/ceph/osd/0/scrub")]
    [InlineData("ceph pool set vms --size 3", "PUT /nodes/pve1/ceph/pool/vms")]
    [InlineData("ceph fs create cephfs", "POST /nodes/pve1/ceph/fs/cephfs")]
    public async Task Change_NodeNamedOrOfTheWholeCluster_GoesThere(string line, string call)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.StartsWith(call, (await cli.LineAsync($"{line} --dry-run")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DryRun_NodeThatDoesNotExist_IsRefused()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("There is no node 'pve9'", (await cli.LineAsync("ceph osd delete 0 --node pve9 --dry-run")).FailedWith(5), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_OnlyOneNode_GoesThere()
    {
        await using PveSimulator alone = await PveSimulator.StartAsync(
            new PveSimulatorOptions
            {
                Delays = false,
                Scenario = static single => single.AddNode("solo").AddUser("ops@pve", "correct-horse").Grant("/", "ops@pve", "Administrator"),
            },
            TestContext.Current.CancellationToken);
        using CliHarness cli = new CliHarness().With("SOLO_PASSWORD", "correct-horse");
        (await cli.RunAsync(
            "context", "add", "solo", alone.Endpoint.GetLeftPart(UriPartial.Authority), "--user", "ops@pve", "--secret", "env:SOLO_PASSWORD",
            "--fingerprint", alone.Fingerprint, "--use")).Succeeded();

        string shown = (await cli.LineAsync("ceph osd create --dev /dev/sdb --dry-run")).Succeeded();

        Assert.StartsWith("POST /nodes/solo/ceph/osd", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Table_OfAllDerivedChanges_ChoosesANodeOnlyForWhatTheClusterHas()
    {
        string[] chosen =
        [
            .. PathWords.Of(VerbContext.Pve)
                .Where(static verb => verb.Node == NodeRule.Any && !verb.Call.StartsWith("GET ", StringComparison.Ordinal))
                .Where(static verb => !OwnNode.IsMeant(verb.Product, verb.Node, Endpoint(verb)))
                .Select(static verb => verb.Call)
                .Order(StringComparer.Ordinal),
        ];

        Assert.Equal(s_ofCluster, chosen);
    }

    private static ApiEndpoint Endpoint(DerivedVerb verb)
    {
        (ApiMethod method, string template) = EndpointBinding.Split(verb.Call);
        return VerbContext.Pve.Find(method, template)!;
    }

    [Theory]
    [InlineData("ceph osd create", "The node it is done on [default: the only one there is]")]
    [InlineData("ceph restart", "The node it is done on [default: the only one there is]")]
    [InlineData("vm create", "The node it is done on [default: the only one there is]")]
    [InlineData("vm restore", "[default: that of the guest that is overwritten, else the one that has the backup]")]
    [InlineData("ceph osd out", "The node to ask [default: any that can answer]")]
    [InlineData("ceph osd list", "The node to ask [default: any that can answer]")]
    public async Task Help_OfNode_SaysWhichOneIsTaken(string command, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        string help = (await cli.LineAsync($"{command} --help")).Succeeded();

        Assert.Contains(expected, string.Join(' ', help.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
