using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Firewall rules are named by their places: what somebody else changes while a file is applied must not shift a change to another rule.</summary>
public sealed class StateRuleRaceTests
{
    private const string File = "prox: 1\nfirewall: {rules: [{type: in, action: ACCEPT, dport: 22}]}\n";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Apply_RuleThatComesInTheMiddle_EndsItBeforeAnotherIsHit()
    {
        RuleServer rules = new() { DeletesBeforeAnotherRule = 2 };
        await using StubServer server = StubServer.Start(rules.Answer);
        using CliHarness cli = await UserAsync(server);

        CliRun run = await cli.LineAsync("apply -f rules.yaml --prune --yes");

        Assert.Equal(6, run.ExitCode);
        Assert.Contains("2 of 5 changes were made", run.Errors, StringComparison.Ordinal);
        Assert.Contains("Somebody else has changed the firewall rules meanwhile (/cluster/firewall/rules)", run.Errors, StringComparison.Ordinal);
        Assert.Equal(["443", "2000", "2001", "2002", "22"], rules.Ports);
    }

    [Fact]
    public async Task Apply_RulesThatNobodyElseChanges_SendsEachDigest()
    {
        RuleServer rules = new();
        await using StubServer server = StubServer.Start(rules.Answer);
        using CliHarness cli = await UserAsync(server);

        (await cli.LineAsync("apply -f rules.yaml --prune --yes")).Succeeded();

        Assert.Equal(["22"], rules.Ports);
        Assert.Equal(["d0", "d1", "d2", "d3", "d4"], rules.Digests);
    }

    private static async Task<CliHarness> UserAsync(StubServer server)
    {
        CliHarness cli = await ServerReplyTests.UserAsync(server, "pve");
        await System.IO.File.WriteAllTextAsync(Path.Combine(cli.Home, "rules.yaml"), File, Stop);
        return cli;
    }

    /// <summary>A cluster with five rules for packets to drop and one for SSH. Its digest tells how often the list was changed.</summary>
    private sealed class RuleServer
    {
        private const string Path = "/api2/json/cluster/firewall/rules";

        private readonly List<string> _ports = ["2000", "2001", "2002", "2003", "2004", "22"];
        private int _changes;

        public int DeletesBeforeAnotherRule { get; init; } = int.MaxValue;

        public IReadOnlyList<string> Ports => _ports;

        public List<string> Digests { get; } = [];

        public StubReply Answer(StubRequest request)
        {
            string[] target = request.Target.Split('?');
            if (request.Method == "DELETE")
            {
                Digests.Add(target[1].Replace("digest=", "", StringComparison.Ordinal));
                _ports.RemoveAt(int.Parse(target[0].Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture));
                if (++_changes == DeletesBeforeAnotherRule)
                {
                    _ports.Insert(0, "443");
                    _changes++;
                }

                return StubReply.Json("""{"data":null}""");
            }

            return target[0] == Path ? StubReply.Json(new JsonObject { ["data"] = Rules() }.ToJsonString())
                : target[0].EndsWith("/version", StringComparison.Ordinal) ? StubReply.Json("""{"data":{"version":"9.2","release":"1","repoid":"0"}}""")
                : target[0].EndsWith("/access/permissions", StringComparison.Ordinal) ? StubReply.Json("""{"data":{"/vms":{"VM.Audit":1}}}""")
                : StubReply.Json("""{"data":[]}""");
        }

        private JsonArray Rules()
        {
            JsonArray rules = [];
            foreach (string port in _ports)
            {
                string action = port is "22" or "443" ? "ACCEPT" : "DROP";
                rules.Add(JsonSerializer.SerializeToNode(new Dictionary<string, string>
                {
                    ["pos"] = rules.Count.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    ["type"] = "in",
                    ["action"] = action,
                    ["dport"] = port,
                    ["enable"] = "1",
                    ["digest"] = $"d{_changes}",
                }));
            }

            return rules;
        }
    }
}
