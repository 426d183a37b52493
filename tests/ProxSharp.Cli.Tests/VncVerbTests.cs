using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ProxSharp.Cli.Consoles;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Cli.Tests;

/// <summary><c>prox vnc</c>, with a viewer of these tests in front of it and a simulated cluster behind it.</summary>
public sealed class VncVerbTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("web-1", "RFB 003.008\n")]
    [InlineData("web-1", "RFB 003.007\n")]
    [InlineData("dns", "RFB 003.003\n")]
    public async Task Vnc_ViewerWithThePassword_SeesTheScreen(string guest, string version)
    {
        using Bridge bridge = await Bridge.StartAsync(await cluster.UserAsync(), $"vnc {guest} -o json");
        using Viewer viewer = await Viewer.ConnectAsync(bridge.Port);

        Assert.Equal(0u, await viewer.LogInAsync(version, bridge.Password));
        await viewer.SendAsync([1]);
        byte[] screen = await viewer.ReadAsync(24);

        Assert.Equal(1024, BinaryPrimitives.ReadUInt16BigEndian(screen));
        Assert.Equal(768, BinaryPrimitives.ReadUInt16BigEndian(screen.AsSpan(2)));
        byte[] name = await viewer.ReadAsync(BinaryPrimitives.ReadInt32BigEndian(screen.AsSpan(20)));
        Assert.Contains(guest, Encoding.UTF8.GetString(name), StringComparison.Ordinal);
        viewer.Dispose();
        Assert.Equal(0, await bridge.Running);
    }

    [Fact]
    public async Task Vnc_WrongPasswords_CloseThePortWithCode4()
    {
        using Bridge bridge = await Bridge.StartAsync(await cluster.UserAsync(), "vnc web-1 -o json");
        for (int i = 0; i < 3; i++)
        {
            using Viewer viewer = await Viewer.ConnectAsync(bridge.Port);
            Assert.Equal(1u, await viewer.LogInAsync("RFB 003.008\n", "guessed"));
            Assert.Contains("wrong", await viewer.ReasonAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(4, await bridge.Running);
        Assert.DoesNotContain(cluster.Simulator.Traffic.Requests, static request => request.Path.EndsWith("/qemu/103/vncproxy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Vnc_ViewerThatHangsUp_DoesNotCount()
    {
        using Bridge bridge = await Bridge.StartAsync(await cluster.UserAsync(), "vnc web-1 -o json");
        for (int i = 0; i < 5; i++)
        {
            using Viewer curious = await Viewer.ConnectAsync(bridge.Port);
        }

        using Viewer viewer = await Viewer.ConnectAsync(bridge.Port);
        Assert.Equal(0u, await viewer.LogInAsync("RFB 003.008\n", bridge.Password));
    }

    [Fact]
    public async Task Vnc_MachineStopsBeforeTheViewerComes_TellsItWhy()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using Bridge bridge = await Bridge.StartAsync(await own.UserAsync(), "vnc web-1 -o json");
        using CliHarness cli = await own.UserAsync();
        (await cli.LineAsync("vm stop web-1")).Succeeded();
        using Viewer viewer = await Viewer.ConnectAsync(bridge.Port);

        Assert.Equal(1u, await viewer.LogInAsync("RFB 003.008\n", bridge.Password));
        Assert.NotEqual("", await viewer.ReasonAsync());
        Assert.NotEqual(0, await bridge.Running);
    }

    [Fact]
    public async Task Vnc_Keep_ServesTheNextViewerUntilInterrupted()
    {
        using Bridge bridge = await Bridge.StartAsync(await cluster.UserAsync(), "vnc web-2 --keep -o json");
        for (int i = 0; i < 2; i++)
        {
            using Viewer viewer = await Viewer.ConnectAsync(bridge.Port);
            Assert.Equal(0u, await viewer.LogInAsync("RFB 003.008\n", bridge.Password));
        }

        bridge.Interrupt();
        Assert.Equal(130, await bridge.Running);
    }

    [Fact]
    public async Task Vnc_Web_PrintsThePageOfTheServer()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal(
            $"{cluster.Url}/?console=kvm&novnc=1&vmid=100&vmname=web-1&node=pve1&resize=off\n", (await cli.LineAsync("vnc web-1 --web")).Succeeded());
        Assert.Contains("console=lxc", (await cli.LineAsync("vnc dns --web")).Succeeded(), StringComparison.Ordinal);
        Assert.StartsWith("\"https://", (await cli.LineAsync("vnc dns --web -o json --query url")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vnc nothing", 5)]
    [InlineData("vnc staging", 6)]
    [InlineData("vnc @tag-web", 2)]
    [InlineData("vnc web-1 --port 70000", 2)]
    [InlineData("vnc web-1 --viewer ' '", 2)]
    [InlineData("vnc web-1 --viewer no-such-viewer-here", 1)]
    public async Task Vnc_CannotBegin_IsAnError(string line, int exitCode)
    {
        using CliHarness cli = await cluster.UserAsync();

        (await cli.LineAsync(line)).FailedWithCode(exitCode);
    }

    /// <summary>The ticket is asked for when a viewer comes, which would be told nothing of it.</summary>
    [Fact]
    public async Task Vnc_TokenWithoutTheRight_EndsBeforeAnythingIsPrinted()
    {
        const string Secret = "99999999-2222-3333-4444-555555555555";
        await using SimulatedCluster own = await SimulatedCluster.StillAsync(
            static more => more.AddToken("demo@pve", "look", Secret).Grant("/", "demo@pve!look", "PVEAuditor"));
        using CliHarness cli = new CliHarness().With("LOOK", Secret);
        (await cli.RunAsync(
            "context", "add", "look", own.Url, "--token-id", "demo@pve!look", "--secret", "env:LOOK", "--fingerprint", own.Simulator.Fingerprint)).Succeeded();
        using TestConsole console = new();
        using CancellationTokenSource waited = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        Task<int> running = new CliApp(console, cli.Environment, TimeProvider.System).RunAsync(["vnc", "web-1"], waited.Token);
        await Task.WhenAny(console.Flushed, running);
        await waited.CancelAsync();

        Assert.Equal((4, ""), (await running, console.Output));
        Assert.Contains("The screen of VM 100 (web-1) cannot be opened: VM.Console on /vms/100 is missing", console.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Vnc_RightsThatCannotBeRead_RefuseNobody()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        own.Simulator.Faults.When(static request => request.Path.EndsWith("/access/permissions", StringComparison.Ordinal), Fault.Status(500, "no"), times: 9);

        using Bridge bridge = await Bridge.StartAsync(await own.UserAsync(), "vnc web-1 -o json");

        Assert.True(bridge.Port > 0);
    }

    [Fact]
    public async Task Vnc_StoppedGuest_SaysHowToStartIt()
    {
        using CliHarness cli = await cluster.UserAsync();

        string line = (await cli.LineAsync("vnc staging")).FailedWith(6);

        Assert.Contains("is stopped, so that it has no screen", line, StringComparison.Ordinal);
        Assert.Contains("prox vm start 106", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Answer_Challenge_IsThatOfOtherImplementations()
    {
        // DES with the key 0x0e86ceceeef64e26 ("password", bits of each byte turned round) over zeros.
        byte[] answer = RfbPassword.Answer(new byte[16], "password");

        Assert.Equal(answer[..8], answer[8..]);
        Assert.Equal(RfbPassword.Answer(new byte[16], "password and more"), answer);
        Assert.NotEqual(RfbPassword.Answer(new byte[16], "passwore"), answer);
        Assert.Matches("^[a-z2-9]{8}$", RfbPassword.Create());
    }

    /// <summary>A running command with its port.</summary>
    private sealed class Bridge : IDisposable
    {
        private readonly CliHarness _cli;
        private readonly TestConsole _console = new();
        private readonly CancellationTokenSource _interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        private Bridge(CliHarness cli, string line)
        {
            _cli = cli;
            Running = new CliApp(_console, cli.Environment, TimeProvider.System).RunAsync([.. ShellWords.Split(line)], _interrupt.Token);
        }

        public Task<int> Running { get; }

        public int Port { get; private set; }

        public string Password { get; private set; } = "";

        public static async Task<Bridge> StartAsync(CliHarness cli, string line)
        {
            Bridge bridge = new(cli, line);
            await Task.WhenAny(bridge._console.Flushed, bridge.Running);
            using JsonDocument document = JsonDocument.Parse(bridge._console.Output);
            JsonElement data = document.RootElement.GetProperty("data");
            (bridge.Port, bridge.Password) = (data.GetProperty("port").GetInt32(), data.GetProperty("password").GetString()!);
            Assert.Equal($"vnc://127.0.0.1:{bridge.Port}", data.GetProperty("url").GetString());
            return bridge;
        }

        public void Interrupt() => _interrupt.Cancel();

        public void Dispose()
        {
            _interrupt.Cancel();
            _cli.Dispose();
        }
    }

    /// <summary>The viewer's half of the protocol.</summary>
    private sealed class Viewer : IDisposable
    {
        private readonly TcpClient _client = new();

        public static async Task<Viewer> ConnectAsync(int port)
        {
            Viewer viewer = new();
            await viewer._client.ConnectAsync("127.0.0.1", port, TestContext.Current.CancellationToken);
            return viewer;
        }

        /// <summary>Logs in and returns the result: 0 if the password is right.</summary>
        public async Task<uint> LogInAsync(string version, string password)
        {
            Assert.Equal("RFB 003.008\n", Encoding.ASCII.GetString(await ReadAsync(12)));
            await SendAsync(Encoding.ASCII.GetBytes(version));
            if (version.Contains("003.003", StringComparison.Ordinal))
            {
                Assert.Equal([0, 0, 0, 2], await ReadAsync(4));
            }
            else
            {
                Assert.Equal([1, 2], await ReadAsync(2));
                await SendAsync([2]);
            }

            await SendAsync(RfbPassword.Answer(await ReadAsync(16), password));
            return BinaryPrimitives.ReadUInt32BigEndian(await ReadAsync(4));
        }

        public async Task<string> ReasonAsync() =>
            Encoding.UTF8.GetString(await ReadAsync(BinaryPrimitives.ReadInt32BigEndian(await ReadAsync(4))));

        public async Task<byte[]> ReadAsync(int count)
        {
            byte[] bytes = new byte[count];
            await _client.GetStream().ReadExactlyAsync(bytes, TestContext.Current.CancellationToken);
            return bytes;
        }

        public async Task SendAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes, TestContext.Current.CancellationToken);

        public void Dispose() => _client.Dispose();
    }
}
