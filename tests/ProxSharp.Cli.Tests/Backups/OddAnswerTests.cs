using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Testing;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Answers of another shape than the call has are errors, and no empty results.</summary>
public sealed class OddAnswerTests
{
    [Theory]
    [InlineData("list", "GET /admin/datastore/store1/groups")]
    [InlineData("snapshots", "GET /admin/datastore/store1/snapshots")]
    [InlineData("list host/web", "GET /admin/datastore/store1/snapshots")]
    [InlineData("status", "GET /admin/datastore/store1/status")]
    [InlineData("snapshot protected show host/web/2026-01-31T02:00:00Z", "GET /admin/datastore/{store}/protected")]
    [InlineData("garbage-collect", "POST /admin/datastore/{store}/gc")]
    public async Task Answer_OfAnotherShape_IsAnErrorThatNamesTheCall(string line, string call)
    {
        foreach (string data in new[] { "\"x\"", "null" })
        {
            await using StubServer server = StubServer.Start(_ => StubReply.Json($$"""{"data":{{data}}}"""));
            using CliHarness cli = User(server);

            Assert.Contains(call, (await cli.LineAsync($"backup {line}")).FailedWith(1), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\"backup-id\":null")]
    [InlineData("\"backup-id\":\"../../etc\"")]
    [InlineData("\"backup-id\":\"x\",\"backup-type\":\"foo\"")]
    [InlineData("\"other\":1")]
    public async Task Items_ThatCannotBeRead_AreCounted(string odd)
    {
        const string Good = "\"backup-type\":\"host\",\"backup-time\":1700000000,\"last-backup\":1700000000,\"backup-count\":1,\"files\":[]";
        await using StubServer server = StubServer.Start(_ => StubReply.Json($$"""{"data":[{{{Good}},{{odd}}},{{{Good}},"backup-id":"web"},"text"]}"""));
        using CliHarness cli = User(server);

        foreach (string line in new[] { "backup list", "backup snapshots" })
        {
            CliRun run = await cli.LineAsync($"{line} -o name");

            Assert.StartsWith("host/web", Assert.Single(run.Succeeded().Trim().Split('\n')), StringComparison.Ordinal);
            Assert.Contains("2 of the ", run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Snapshots_OfSenselessTimes_AreCounted()
    {
        await using StubServer server = StubServer.Start(_ => StubReply.Json(
            """{"data":[{"backup-type":"host","backup-id":"web","backup-time":-1000000000000000,"files":[]}]}"""));
        using CliHarness cli = User(server);

        CliRun run = await cli.LineAsync("backup snapshots -o name");

        Assert.Equal("", run.Succeeded());
        Assert.Contains("1 of the snapshots", run.Errors, StringComparison.Ordinal);
    }

    private static CliHarness User(StubServer server) => new CliHarness()
        .With("PBS_REPOSITORY", $"ci@pbs!t@127.0.0.1:{server.Port}:store1")
        .With("PBS_PASSWORD", "secret")
        .With("PBS_FINGERPRINT", server.Fingerprint);
}
