using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

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
            foreach (JsonElement server in servers.RootElement.EnumerateArray())
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
