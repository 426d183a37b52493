using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>
/// What is done right after something else: the list of the cluster shows names and states up to 10 s late, here for as long as a test runs, and nothing may be
/// skipped, refused or done to another guest for that.
/// </summary>
public sealed class LateListTests : IAsyncLifetime
{
    private SimulatedCluster? _cluster;
    private CliHarness? _cli;

    private CliHarness Cli => _cli!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await SimulatedCluster.LateAsync();
        _cli = await _cluster.RootAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _cli?.Dispose();
        await _cluster!.DisposeAsync();
    }

    [Theory]
    [InlineData("vm stop {0}", "vm start {0}", "vm", "build", "104", "running")]
    [InlineData("vm shutdown {0}", "vm start {0}", "vm", "build", "104", "running")]
    [InlineData("vm start {0}", "vm stop {0}", "vm", "staging", "106", "stopped")]
    [InlineData("vm start {0}", "vm shutdown {0}", "vm", "staging", "106", "stopped")]
    [InlineData("vm start {0}", "vm reboot {0}", "vm", "staging", "106", "running")]
    [InlineData("vm start {0}", "vm reset {0}", "vm", "staging", "106", "running")]
    [InlineData("ct start {0}", "ct stop {0}", "ct", "wiki", "203", "stopped")]
    [InlineData("guest stop {0}", "guest start {0}", "ct", "dns", "200", "running")]
    public async Task Power_RightAfterTheOpposite_IsDone(string first, string second, string noun, string name, string id, string after)
    {
        foreach (string guest in (string[])[id, name])
        {
            (await LineAsync(first, guest)).Succeeded();

            CliRun run = await LineAsync(second, guest);

            Assert.DoesNotContain("already", run.Succeeded(), StringComparison.Ordinal);
            Assert.Equal(after, await TextAsync($"{noun} show {id}", "status"));
        }

        async Task<CliRun> LineAsync(string line, string guest)
        {
            return await Cli.LineAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, line, guest));
        }
    }

    [Theory]
    [InlineData("105")]
    [InlineData("windows")]
    public async Task Migrate_RightAfterTheStart_IsOnline(string guest)
    {
        (await Cli.LineAsync($"vm start {guest}")).Succeeded();

        (await Cli.LineAsync($"vm migrate {guest} pve1")).Succeeded();

        Assert.Equal("running", await TextAsync("vm show 105", "status"));
        Assert.Equal("pve1", await TextAsync("vm show 105", "node"));
    }

    [Theory]
    [InlineData("100")]
    [InlineData("web-1")]
    public async Task Delete_DryRunRightAfterTheStop_IsNotRefused(string guest)
    {
        Assert.Contains("it runs", (await Cli.LineAsync($"vm delete {guest} --dry-run")).FailedWith(6), StringComparison.Ordinal);
        (await Cli.LineAsync($"vm stop {guest}")).Succeeded();

        Assert.Contains("DELETE", (await Cli.LineAsync($"vm delete {guest} --dry-run")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Power_ByNumber_AsksNoGuestWithoutNeed()
    {
        int before = Looks();

        (await Cli.LineAsync("vm stop 104 --no-wait")).Succeeded();

        Assert.Equal(0, Looks() - before);
        (await Cli.LineAsync("vm stop web-1 --no-wait")).Succeeded();
        Assert.Equal(1, Looks() - before);

        int Looks() => _cluster!.Simulator.Traffic.Requests.Count(static request => request.Path.EndsWith("/status/current", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("web-1")]
    [InlineData("web-1,104")]
    [InlineData("WEB-1")]
    [InlineData("@tag-web,-web-2,-staging")]
    public async Task Set_ByANameThatHasMoved_ChangesTheGuestThatHasItNow(string selection)
    {
        string before = await MemoryAsync(100);
        await SwapAsync();
        if (selection.Contains("-web-2", StringComparison.Ordinal))
        {
            (await Cli.LineAsync("vm set 100 --name web-2")).Succeeded();
        }

        (await Cli.LineAsync($"vm set {selection} --memory 4096")).Succeeded();

        Assert.Equal("4096", await MemoryAsync(101));
        Assert.Equal(before, await MemoryAsync(100));
    }

    [Fact]
    public async Task Read_ByANameThatHasMoved_ShowsTheGuestThatHasItNow()
    {
        await SwapAsync();

        Assert.Equal("101", await TextAsync("vm show web-1", "vmid"));
        Assert.Equal("web-1", await TextAsync("vm config web-1", "name"));
        Assert.Equal("blue-old", await TextAsync("vm config blue-old", "name"));
    }

    [Theory]
    [InlineData("web-77")]
    [InlineData("web-7*")]
    public async Task Start_OfAGuestThatWasJustCloned_IsFound(string selection)
    {
        (await Cli.LineAsync("vm clone 9000 web-77 --newid 777")).Succeeded();

        (await Cli.LineAsync($"vm start {selection}")).Succeeded();

        Assert.Equal("running", await TextAsync("vm show 777", "status"));
    }

    [Fact]
    public async Task Set_OfAGuestThatWasJustMade_IsFound()
    {
        (await Cli.LineAsync("vm create web-78 --vmid 778 --node pve2 --memory 512")).Succeeded();

        (await Cli.LineAsync("vm set web-78 --memory 1024")).Succeeded();
        (await Cli.LineAsync("vm set web* --description fresh --max 10")).Succeeded();

        Assert.Equal("1024", await MemoryAsync(778));
        Assert.Equal("fresh", await TextAsync("vm config 778", "description"));
        Assert.Equal("778", await TextAsync("vm show web-78", "vmid"));
    }

    [Fact]
    public async Task Export_OfAGuestThatWasJustMade_HasItsName()
    {
        (await Cli.LineAsync("vm create web-78 --vmid 778 --node pve2 --memory 512")).Succeeded();

        Assert.Contains("name: web-78\n  node: pve2", (await Cli.LineAsync("export guests -o yaml")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_OfANameThatHasMoved_ChangesTheGuestThatHasItNow()
    {
        await SwapAsync();
        string file = Cli.Write("state.yaml", "prox: 1\nguests:\n- name: web-1\n  config: {memory: 4096}\n");

        (await Cli.RunAsync("apply", "-f", file, "--yes")).Succeeded();

        Assert.Equal("4096", await MemoryAsync(101));
    }

    [Fact]
    public async Task Apply_MoveRightAfterTheStart_IsOnline()
    {
        (await Cli.LineAsync("vm start 105")).Succeeded();
        string file = Cli.Write("state.yaml", "prox: 1\nguests:\n- vmid: 105\n  node: pve1\n");

        (await Cli.RunAsync("apply", "-f", file, "--migrate", "--yes")).Succeeded();

        Assert.Equal("pve1", await TextAsync("vm show 105", "node"));
    }

    [Theory]
    [InlineData("vm start nobody")]
    [InlineData("vm show nobody")]
    public async Task Name_OfNobody_IsNotFound(string line) => (await Cli.LineAsync(line)).FailedWithCode(5);

    // What was web-1 is blue-old, and what was web-2 is web-1.
    private async Task SwapAsync()
    {
        (await Cli.LineAsync("vm set 100 --name blue-old")).Succeeded();
        (await Cli.LineAsync("vm set 101 --name web-1")).Succeeded();
    }

    private Task<string> MemoryAsync(int id) => TextAsync($"vm config {id}", "memory");

    private async Task<string> TextAsync(string line, string member)
    {
        using JsonDocument shown = JsonDocument.Parse((await Cli.LineAsync($"{line} -o json")).Succeeded());
        return shown.RootElement.GetProperty("data").GetProperty(member).ToString();
    }
}
