using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Errors as text say the reason too, and lead to commands that work.</summary>
public sealed class ErrorReasonTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData(400, "Parameter verification failed.", "id", "No such job 'nope'", "backup-job show nope", "id: No such job 'nope'")]
    [InlineData(403, "Parameter verification failed.", "skiplock", "Only root may use this option.", "pool create x", "skiplock: Only root may use this option")]
    [InlineData(403, "Parameter verification failed.", "skiplock", "Only root may use this option.", "pool create x", "Only root@pam may")]
    [InlineData(404, "Parameter verification failed.", "id", "gone", "pool create x", "id: gone")]
    [InlineData(409, "Parameter verification failed.", "id", "taken", "pool create x", "id: taken")]
    public async Task Error_OfAParameter_IsInTheText(int status, string reason, string name, string said, string line, string expected)
    {
        StubReply reply = StubReply.Json(
            "{\"data\":null,\"message\":\"" + reason + "\\n\",\"errors\":{\"" + name + "\":\"" + said + "\"}}", status, reason, "Connection: close");
        await using StubServer server = StubServer.Start(_ => reply);
        using CliHarness cli = new CliHarness().With("STUB_SECRET", "11111111-2222-3333-4444-555555555555");
        (await cli.RunAsync(
            "context", "add", "stub", server.Address.GetLeftPart(UriPartial.Authority), "--product", "pve",
            "--token-id", "root@pam!ci", "--secret", "env:STUB_SECRET", "--fingerprint", server.Fingerprint)).Succeeded();

        CliRun run = await cli.LineAsync(line);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_JobThatIsNotThere_SaysSo()
    {
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync("backup-job show nope")).Errors;

        Assert.Contains("No such job 'nope'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_MissingPrivilege_IsWhatIsNeeded()
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync("api set /cluster/options keyboard=de -o json --yes");

        run.FailedWithCode(4);
        using JsonDocument said = JsonDocument.Parse(run.Errors);
        JsonElement error = said.RootElement.GetProperty("error");
        Assert.Equal("Sys.Modify", error.GetProperty("privilege").GetString());
        Assert.Equal("/", error.GetProperty("privilegePath").GetString());
        Assert.Equal("Sys.Modify on /", Assert.Single(error.GetProperty("need").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Set_SkiplockWithAToken_SaysThatOnlyRootMay()
    {
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync("vm set 102 --delete lock --skiplock --yes")).FailedWith(4);

        Assert.Contains("Only root may use this option", error, StringComparison.Ordinal);
        Assert.Contains("no token", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("restore host/host1 root.pxar out", "'prox backup restore'")]
    [InlineData("map x", "prox mapping")]
    [InlineData("prune host/host1", "'prox backup prune'")]
    [InlineData("garbage-collect", "'prox backup garbage-collect'")]
    [InlineData("change-owner host/host1 a@pbs", "'prox backup change-owner'")]
    [InlineData("catalog dump host/host1", "'prox backup catalog'")]
    [InlineData("key create", "'prox backup key'")]
    [InlineData("mount host/host1 root.pxar /mnt", "prox backup ls, find and cat")]
    [InlineData("snapshot list", "'prox vm snapshot list'")]
    [InlineData("snapshot list --repository a@pbs@host:store", "'prox backup snapshot list'")]
    [InlineData("ls /nodes", "Write: prox api ls /nodes")]
    [InlineData("get /nodes", "Write: prox api get /nodes")]
    [InlineData("ls", "'prox guest list'")]
    [InlineData("storage prune local --keep-last 1 --keep-daily=7", "--prune-backups keep-last=1,keep-daily=7")]
    [InlineData("storage upload pve1 local f.iso", "Write: prox storage upload local f.iso --node pve1")]
    [InlineData("pmx vm list", "prox vm list")]
    [InlineData("pve qemu list", "Write: prox vm list")]
    [InlineData("pmx nonsense here", "The program is 'prox'")]
    public async Task Line_OfOtherTools_LeadsToTheCommand(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("Did you mean", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SnapshotList_WithARepository_IsAboutBackups()
    {
        using CliHarness cli = (await cluster.UserAsync()).With("PBS_REPOSITORY", "a@pbs@host:store");

        Assert.Contains("'prox backup snapshot list'", (await cli.LineAsync("snapshot list")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5m")]
    [InlineData("300")]
    [InlineData("1h")]
    public async Task WaitTimeout_AsATime_IsTaken(string time)
    {
        using CliHarness cli = await cluster.UserAsync();

        (await cli.LineAsync($"vm start staging --dry-run --wait-timeout {time}")).Succeeded();
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("5x")]
    public async Task WaitTimeout_ThatIsNoTime_IsRefused(string time)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains($"'{time}' is no time", (await cli.LineAsync($"vm start staging --wait-timeout {time}")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("node rrd pve1", "cpu")]
    [InlineData("vm rrd web-1", "cpu")]
    [InlineData("ct rrd dns", "cpu")]
    [InlineData("storage rrd local", "used")]
    public async Task Rrd_WithChart_DrawsAsChartDoes(string line, string figure)
    {
        using CliHarness cli = await cluster.UserAsync(100);

        // The simulator's figures move with the time: between two looks at most once.
        string chart = $"{line.Replace("rrd", "chart", StringComparison.Ordinal)} --of {figure}";
        string before = (await cli.LineAsync(chart)).Succeeded();
        string drawn = (await cli.LineAsync($"{line} --chart --ds {figure}")).Succeeded();
        string after = (await cli.LineAsync(chart)).Succeeded();
        (await cli.LineAsync($"{line} --png a.png --svg=a.svg")).Succeeded();

        Assert.Contains(figure, drawn, StringComparison.Ordinal);
        Assert.Contains(drawn, new[] { before, after });
        byte[] png = await File.ReadAllBytesAsync(Path.Combine(cli.Home, "a.png"), TestContext.Current.CancellationToken);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Assert.Contains("<svg", await File.ReadAllTextAsync(Path.Combine(cli.Home, "a.svg"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
