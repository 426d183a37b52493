using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Tests;

/// <summary>Verbs whose parameters depend on the kind of object that another parameter chooses.</summary>
public sealed class KindParameterTests
{
    [Theory]
    [InlineData("ha rule create")]
    [InlineData("sdn fabric create")]
    public async Task Examples_OfAVerbWithKinds_Run(string command)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        (await cli.LineAsync("ha resource create vm:100")).Succeeded();
        string[] examples =
        [
            .. HelpTests.Walk().Single(item => item.Path == command).Command is VerbCommand verb
                ? verb.Examples.Select(static example => example.Line)
                : [],
        ];
        Assert.Equal(2, examples.Length);

        foreach (string line in examples.Reverse())
        {
            (await cli.LineAsync(line)).Succeeded();
        }
    }

    [Theory]
    [InlineData("--type node-affinity --nodes pve1:2,pve2 --resources vm:100 --strict")]
    [InlineData("--type resource-affinity --affinity negative --resources vm:100,vm:101")]
    public async Task RuleCreate_OfEachKind_IsMade(string options)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        (await cli.LineAsync("ha resource create vm:100")).Succeeded();
        (await cli.LineAsync("ha resource create vm:101")).Succeeded();

        (await cli.LineAsync($"ha rule create mine {options}")).Succeeded();

        Assert.Contains(options.Split(' ')[1], (await cli.LineAsync("ha rule show mine")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--resources vm:100", "type: ")]
    [InlineData("--type node-affinity --resources vm:100", "nodes: ")]
    [InlineData("--type resource-affinity --resources vm:100", "affinity: ")]
    [InlineData("--type node-affinity --nodes pve1 --resources vm:100 --affinity positive", "affinity: ")]
    public async Task RuleCreate_NotOfItsKind_IsRefused(string options, string complaint)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();

        Assert.Contains(complaint, (await cli.LineAsync($"ha rule create mine {options}")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfAVerbWithKinds_SaysWhatEachKindNeeds()
    {
        using CliHarness cli = new();

        string rule = Lines((await cli.LineAsync("ha rule create --help")).Succeeded());
        string fabric = Lines((await cli.LineAsync("sdn fabric create --help")).Succeeded());

        Assert.Matches(@"--type <word> [^()]*\(required; node-affinity \| resource-affinity\)", rule);
        Assert.Matches(@"--resources <text> [^()]*\(required;", rule);
        Assert.Matches(@"--nodes <text> [^()]*\(pve-ha-node-list; only if type is node-affinity, and required then\)", rule);
        Assert.Matches(@"--affinity <word> [^()]*\(positive \| negative; only if type is resource-affinity, and required then\)", rule);
        Assert.Matches(@"--redistribute <value> [^()]*\(only if protocol is ospf or bgp\)", fabric);
    }

    [Fact]
    public void Needs_OfEveryCallWithKinds_AreOffered()
    {
        ApiEndpoint[] endpoints =
        [
            .. VerbContext.Pve.Endpoints.Concat(VerbContext.Pbs.Endpoints).Where(static endpoint => endpoint.Variants is not null),
        ];

        Assert.NotEmpty(endpoints);
        Assert.All(endpoints, static endpoint =>
        {
            IReadOnlyDictionary<string, ApiNode> all = ParameterNeeds.All(endpoint);
            Assert.Contains(endpoint.Variants!.By, all.Keys);
            Assert.All(endpoint.Variants.Parameters.Values.SelectMany(static set => set.Keys), name => Assert.Contains(name, all.Keys));
        });
    }

    private static string Lines(string help) => string.Join(' ', help.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
