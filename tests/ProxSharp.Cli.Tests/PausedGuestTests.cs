using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>A virtual machine that is paused counts as running, and does nothing: who wants it started has to let it go on.</summary>
public sealed class PausedGuestTests : IAsyncLifetime
{
    private SimulatedCluster? _cluster;
    private CliHarness? _cli;

    private CliHarness Cli => _cli!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await SimulatedCluster.LateAsync();
        _cli = await _cluster.RootAsync();
        (await Cli.LineAsync("vm suspend 101")).Succeeded();
    }

    public async ValueTask DisposeAsync()
    {
        _cli?.Dispose();
        await _cluster!.DisposeAsync();
    }

    [Theory]
    [InlineData("vm start 101")]
    [InlineData("vm start web-2")]
    [InlineData("vm start web-2 --dry-run")]
    [InlineData("guest start 101")]
    public async Task Start_OfAMachineThatIsNamed_IsRefusedWithTheResume(string line)
    {
        string error = (await Cli.LineAsync(line)).FailedWith(6);

        Assert.Contains("VM 101 (web-2): it is paused", error, StringComparison.Ordinal);
        Assert.Contains("prox vm resume 101", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@tag-web")]
    [InlineData("status=running")]
    [InlineData("'web-*'")]
    [InlineData("100:102")]
    public async Task Start_OfASelection_LeavesItOutWithTheReason(string selection)
    {
        CliRun run = await Cli.LineAsync($"vm start {selection} --dry-run");

        run.Succeeded();
        Assert.Contains("VM 101 (web-2): it is paused", run.Errors, StringComparison.Ordinal);
        Assert.Contains("VM 100 (web-1): it runs already", run.Errors, StringComparison.Ordinal);
        Assert.Contains("101,web-2,skipped,it is paused", await RowsAsync($"vm start {selection}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AfterTheResume_IsSkippedAsOfOneThatRuns()
    {
        (await Cli.LineAsync("vm resume 101")).Succeeded();

        Assert.Contains("101,web-2,skipped,it runs already", await RowsAsync("vm start 101"), StringComparison.Ordinal);
    }

    private async Task<string> RowsAsync(string line) => (await Cli.LineAsync($"{line} -o csv --fields vmid,name,outcome,message")).Succeeded();
}
