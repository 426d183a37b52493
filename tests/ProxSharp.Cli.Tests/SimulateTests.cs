using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

public sealed class SimulateTests
{
    [Theory]
    [InlineData("json")]
    [InlineData("table")]
    public async Task Simulate_UntilInterrupted_PrintsHowToConnect(string format)
    {
        using CliHarness cli = new();
        using TestConsole console = new();
        using CancellationTokenSource interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        Task<int> running = new CliApp(console, cli.Environment, TimeProvider.System).RunAsync(["simulate", "--pve-port", "0", "--pbs-port", "0", "-o", format], interrupt.Token);
        await console.Flushed.WaitAsync(TestContext.Current.CancellationToken);
        string text = console.Output;
        await ConnectAsync(cli, text, format);
        await interrupt.CancelAsync();

        Assert.Equal(0, await running);
        Assert.Equal("", console.Errors);
    }

    [Theory]
    [InlineData("--guests -1")]
    [InlineData("--guests 20001")]
    [InlineData("--nodes 0")]
    [InlineData("--guests 0 --nodes 65")]
    [InlineData("--guests 99999999999")]
    [InlineData("--pve-port -1")]
    [InlineData("--pbs-port 65536")]
    public async Task Simulate_NumberOutOfBounds_IsOneLineWithCode2(string options)
    {
        using CliHarness cli = new();

        (await cli.LineAsync($"simulate {options}{(options.Contains("port", StringComparison.Ordinal) ? "" : " --pve-port 0 --pbs-port 0")}")).FailedWith(2);
    }

    [Fact]
    public async Task Simulate_NoGuests_IsAnEmptyCluster()
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(
            new PveSimulatorOptions { Delays = false, Scenario = LargeCluster.Of(0, 1) }, TestContext.Current.CancellationToken);
        using CliHarness cli = new CliHarness().With("DEMO_PASSWORD", DefaultCluster.DemoPassword);
        (await cli.RunAsync(
            "context", "add", "empty", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--user", DefaultCluster.DemoUser, "--secret", "env:DEMO_PASSWORD",
            "--fingerprint", simulator.Fingerprint, "--use")).Succeeded();

        Assert.Equal("", (await cli.LineAsync("guest list")).Succeeded());
        Assert.Equal("pve1\n", (await cli.LineAsync("node list -o name")).Succeeded());
        (await cli.LineAsync("vm create 100 --node pve1 --name first")).Succeeded();
        Assert.Equal("100\n", (await cli.LineAsync("guest list -o name")).Succeeded());
        Assert.Contains("'nosuch'", (await cli.LineAsync("ct list --sort nosuch")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Simulate_PortOutOfRange_IsOneLineWithCode2()
    {
        using CliHarness cli = new();

        (await cli.LineAsync("simulate --pve-port 70000")).FailedWith(2);
    }

    [Fact]
    public async Task Simulate_PortTaken_NamesTheOption()
    {
        using CliHarness cli = new();
        using System.Net.Sockets.TcpListener taken = new(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        int port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;

        string line = (await cli.RunAsync("simulate", "--pve-port", port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--pbs-port", "0")).FailedWith(1);

        Assert.Contains("--pve-port 0", line, StringComparison.Ordinal);
    }

    /// <summary>Types what the command printed, and asks each server for its version.</summary>
    private static async Task ConnectAsync(CliHarness cli, string text, string format)
    {
        if (format == "json")
        {
            using JsonDocument servers = JsonDocument.Parse(text);
            foreach (JsonElement server in servers.RootElement.GetProperty("data").EnumerateArray())
            {
                string product = server.GetProperty("product").GetString()!;
                cli.With($"{product.ToUpperInvariant()}_SECRET", server.GetProperty("tokenSecret").GetString()!);
                (await cli.LineAsync(server.GetProperty("contextCommand").GetString()!["prox ".Length..])).Succeeded();
                (await cli.LineAsync("api get /version")).Succeeded();
            }

            return;
        }

        string[] lines = text.Split('\n');
        Assert.Equal(2, lines.Count(static line => line.StartsWith("prox context add", StringComparison.Ordinal)));
        foreach (string line in lines)
        {
            if (line.StartsWith("export ", StringComparison.Ordinal))
            {
                string[] assignment = line["export ".Length..].Split('=');
                cli.With(assignment[0], assignment[1]);
            }
            else if (line.StartsWith("prox context add", StringComparison.Ordinal))
            {
                (await cli.LineAsync(line["prox ".Length..])).Succeeded();
                (await cli.LineAsync("api get /version")).Succeeded();
            }
        }
    }
}
