using System.Text.Json.Nodes;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Verbs about a daemon or disk of Ceph go to the node that has it, as the lists of a server tell.</summary>
public sealed class CephServiceTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private const string Disks =
        """
        {"data":{"flags":"","root":{"children":[{"type":"root","name":"default","children":[
          {"type":"host","name":"pve3","children":[{"type":"osd","id":"10","name":"osd.10","host":"pve3"}]}]}]}}}
        """;

    private const string Monitors = """{"data":[{"name":"pve1","host":"pve1"},{"name":"second","host":"pve2"}]}""";

    [Theory]
    [InlineData("ceph osd delete 10", "DELETE /nodes/pve3/ceph/osd/10")]
    [InlineData("ceph restart --service osd.10", "POST /nodes/pve3/ceph/restart")]
    [InlineData("ceph stop --service mon.second", "POST /nodes/pve2/ceph/stop")]
    [InlineData("ceph mon delete second", "DELETE /nodes/pve2/ceph/mon/second")]
    [InlineData("ceph osd out 10 --node pve1", "POST /nodes/pve1/ceph/osd/10/out")]
    public async Task Daemon_ByItsName_IsFound(string line, string expected)
    {
        await using RecordedServer server = await ServerAsync();
        using CliHarness cli = await UserAsync(server);

        Assert.StartsWith(expected, (await cli.LineAsync(line + " --dry-run")).Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain(server.Traffic.Requests, static request => request.Method != "GET");
    }

    [Theory]
    [InlineData("ceph osd delete 11")]
    [InlineData("ceph stop --service mon.nosuch")]
    public async Task Daemon_ThatIsNowhere_IsAskedAbout(string line)
    {
        await using RecordedServer server = await ServerAsync();
        using CliHarness cli = await UserAsync(server);

        Assert.Contains("--node", (await cli.LineAsync(line + " --dry-run")).FailedWith(2), StringComparison.Ordinal);
    }

    private static async Task<CliHarness> UserAsync(RecordedServer server)
    {
        CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "ceph", server.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET",
            "--fingerprint", server.Fingerprint, "--use")).Succeeded();
        return cli;
    }

    // The simulator has no daemons: its answers are taken down, and the two lists are those of a cluster that has some.
    private async Task<RecordedServer> ServerAsync()
    {
        using CliHarness cli = await cluster.UserAsync();
        foreach (string path in (string[])["/nodes", "/cluster/resources type=node", "/nodes/pve1/ceph/osd", "/nodes/pve1/ceph/mon"])
        {
            (await cli.LineAsync($"api get {path} --record ceph.jsonl")).Succeeded();
        }

        string file = Path.Combine(cli.Home, "ceph.jsonl");
        string[] lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(file, lines.Select(static line => Filled(line)), TestContext.Current.CancellationToken);
        return await RecordedServer.StartAsync(file, cancellationToken: TestContext.Current.CancellationToken);
    }

    private static string Filled(string line)
    {
        JsonNode exchange = JsonNode.Parse(line)!;
        string? body = exchange["api"]!["path"]!.GetValue<string>() switch
        {
            "/nodes/pve1/ceph/osd" => Disks,
            "/nodes/pve1/ceph/mon" => Monitors,
            _ => null,
        };
        if (body is not null)
        {
            exchange["response"]!["bodyText"] = body;
            exchange["json"] = JsonNode.Parse(body);
        }

        return exchange.ToJsonString();
    }
}
