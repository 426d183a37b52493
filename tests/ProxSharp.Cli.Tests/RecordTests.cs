using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary><c>--record</c> and <c>simulate --replay</c>.</summary>
public sealed class RecordTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Fact]
    public async Task Record_Calls_CanBeReplayed()
    {
        using CliHarness cli = await cluster.UserAsync();
        CliRun list = await cli.LineAsync("vm list -o json --fields vmid,name,node --record rec.jsonl");
        string file = Path.Combine(cli.Home, "rec.jsonl");
        string first = list.Succeeded();

        Assert.Contains("recorded, secrets masked", (await cli.LineAsync("vm list --record other.jsonl")).Errors, StringComparison.Ordinal);
        Assert.Equal("", list.Errors);
        using TestConsole console = new();
        using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<int> running = new CliApp(console, cli.Environment, TimeProvider.System).RunAsync(
            ["simulate", "--replay", file, "--pve-port", "0", "-o", "json"], interrupt.Token);
        await Task.WhenAny(console.Flushed, running);
        using (JsonDocument servers = JsonDocument.Parse(console.Output))
        {
            JsonElement server = Assert.Single(servers.RootElement.GetProperty("data").EnumerateArray());
            cli.With("PVE_SECRET", server.GetProperty("tokenSecret").GetString()!);
            (await cli.LineAsync(server.GetProperty("contextCommand").GetString()!["prox ".Length..])).Succeeded();
        }

        Assert.Equal(first, (await cli.LineAsync("vm list -o json --fields vmid,name,node")).Succeeded());
        Assert.Contains("the recording holds no", (await cli.LineAsync("api get /version")).FailedWith(1), StringComparison.Ordinal);
        await interrupt.CancelAsync();
        Assert.Equal(0, await running);
    }

    [Fact]
    public async Task Record_FolderName_WritesAFileAnExchange()
    {
        using CliHarness cli = await cluster.UserAsync();

        (await cli.LineAsync("api get /version --record made/")).Succeeded();

        string file = Assert.Single(Directory.GetFiles(Path.Combine(cli.Home, "made")));
        Assert.Equal("001-get-version.json", Path.GetFileName(file));
    }

    [Fact]
    public async Task Record_FolderWithARecording_GoesOnWithTheNumbers()
    {
        using CliHarness cli = await cluster.UserAsync();
        string folder = Path.Combine(cli.Home, "made");

        (await cli.LineAsync("api get /version --record made/")).Succeeded();
        string first = await File.ReadAllTextAsync(Path.Combine(folder, "001-get-version.json"), TestContext.Current.CancellationToken);
        (await cli.LineAsync("api get /version --record made")).Succeeded();
        await File.WriteAllTextAsync(Path.Combine(folder, "1007-get-x.json"), "{}", TestContext.Current.CancellationToken);
        (await cli.LineAsync("api get /nodes --record made/")).Succeeded();

        Assert.Equal(
            ["001-get-version.json", "002-get-version.json", "1007-get-x.json", "1008-get-nodes.json"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(first, await File.ReadAllTextAsync(Path.Combine(folder, "001-get-version.json"), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Record_FileWithARecording_IsAddedToAndReplayed(bool isCut)
    {
        using CliHarness cli = await cluster.UserAsync();
        string file = Path.Combine(cli.Home, "rec.jsonl");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        (await cli.LineAsync("api get /version --record rec.jsonl")).Succeeded();
        string first = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        if (isCut)
        {
            await File.WriteAllTextAsync(file, first.TrimEnd('\n'), TestContext.Current.CancellationToken);
        }

        (await cli.LineAsync("api get /nodes --record rec.jsonl")).Succeeded();

        string both = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.StartsWith(first, both, StringComparison.Ordinal);
        await using RecordedServer server = await RecordedServer.StartAsync(file, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, server.ExchangeCount);
        (await cli.RunAsync(
            "context", "add", "replay", server.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET",
            "--fingerprint", server.Fingerprint)).Succeeded();
        (await cli.LineAsync("api get /version --context replay")).Succeeded();
        Assert.Contains("pve1", (await cli.LineAsync("api get /nodes --context replay -o csv")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("notes of mine\n")]
    [InlineData("{\"name\":\"package.json\"}")]
    [InlineData("[1]")]
    public async Task Record_FileWithSomethingElse_IsRefusedAndLeft(string content)
    {
        using CliHarness cli = await cluster.UserAsync();
        string file = Path.Combine(cli.Home, "mine.txt");
        await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);

        string error = (await cli.LineAsync("vm list --record mine.txt")).FailedWith(2);

        Assert.Contains("is there already and is no recording", error, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    [Trait("Acceptance", "19")]
    public async Task Record_LoginTokenAndTickets_HoldsNoSecret()
    {
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync($"context add pw {cluster.Url} --user {DefaultCluster.DemoUser} --secret env:LAB_PASSWORD --fingerprint {cluster.Simulator.Fingerprint} --use"))
            .Succeeded();
        List<string> secrets = [DefaultCluster.DemoPassword, DefaultCluster.TokenSecret];
        secrets.Add(Member(await cli.LineAsync("api create /access/users/demo@pve/token/fresh --record rec/ -o json"), "value"));
        CliRun screen = await cli.LineAsync("api create /nodes/pve1/qemu/100/vncproxy websocket=1 generate-password=1 --record rec2.jsonl -o json");
        secrets.Add(Member(screen, "password"));
        secrets.Add(Member(screen, "ticket").Split("::")[1]);
        cli.With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.LineAsync("vm list --context lab --record rec3.jsonl")).Succeeded();

        string[] files = [.. Directory.GetFiles(cli.Home, "rec*.jsonl"), .. Directory.GetFiles(Path.Combine(cli.Home, "rec"))];

        Assert.True(files.Length >= 4);
        foreach (string file in files)
        {
            string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
            Assert.Contains("***", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("vm list --record nowhere/there/x.jsonl", "recording cannot be written")]
    [InlineData("simulate --replay nothing.jsonl", "recording cannot be read")]
    public async Task Record_NoSuchPlace_IsOneLineWithCode1(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("simulate --guests 20001")]
    [InlineData("simulate --guests -1")]
    [InlineData("simulate --nodes 0")]
    [InlineData("simulate --replay x --guests 5")]
    public async Task Simulate_BadNumbers_IsOneLineWithCode2(string line)
    {
        using CliHarness cli = new();

        (await cli.LineAsync(line)).FailedWith(2);
    }

    private static string Member(CliRun run, string name)
    {
        using JsonDocument document = JsonDocument.Parse(run.Succeeded());
        JsonElement data = document.RootElement.TryGetProperty("data", out JsonElement inner) ? inner : document.RootElement;
        return data.GetProperty(name).GetString()!;
    }
}
