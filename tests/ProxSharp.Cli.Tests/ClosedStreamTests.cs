using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>Standard streams that were closed when the program was started: the runtime's own files, which take their numbers, are not used for them.</summary>
public sealed class ClosedStreamTests
{
    [Fact]
    public async Task Secret_InputIsClosed_IsThereNone()
    {
        (int exitCode, _, string errors) = await StartAsync("plan create --calls - <&-");

        Assert.True(exitCode is not 0, errors);
        Assert.DoesNotContain("�", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_OutputIsClosed_IsAnErrorThatSaysSo()
    {
        (int exitCode, _, string errors) = await StartAsync("--version >&-");

        Assert.Equal(1, exitCode);
        Assert.Contains("The output cannot be written: it is closed", errors, StringComparison.Ordinal);
    }

    /// <summary>No output at all is no reader that has had enough: what follows a log fails as any other command does.</summary>
    [Fact]
    public async Task Follow_OutputIsClosed_IsAnError()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        string task = (await cli.LineAsync("vm start 105 --no-wait -o name")).Succeeded().Trim();

        (int exitCode, _, string errors) = await StartAsync(
            $"task log '{task}' --follow >&-", $"PROX_CONFIG='{cli.ContextFile}' LAB_SECRET={DefaultCluster.TokenSecret}", static _ => Task.CompletedTask);

        Assert.Equal(1, exitCode);
        Assert.Contains("The output cannot be written: it is closed", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_ErrorsAreClosed_IsShown()
    {
        (int exitCode, string output, _) = await StartAsync("--version 2>&-");

        Assert.Equal(0, exitCode);
        Assert.Matches(@"\d+\.\d+", output);
    }

    [Fact]
    public async Task Help_AllAreClosed_EndsInOrder()
    {
        (int exitCode, _, _) = await StartAsync("vm --help <&- >&- 2>&-");

        Assert.Equal(1, exitCode);
    }

    /// <summary>A command that waits for a server ends in order, however it is asked to.</summary>
    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    public async Task Backup_SignalWhileItWaits_IsToldAndEnds(string signal)
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        string server = $"127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}:store1";
        Task<(int ExitCode, string Output, string Errors)> run = StartAsync(
            $"backup create a.conf:/etc/hosts --repository root@pam@{server} & child=$!; read answer; kill -{signal} $child; wait $child",
            "PBS_PASSWORD=secret",
            async input =>
            {
                using TcpClient client = await silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                await input.WriteLineAsync("now");
                await input.FlushAsync(TestContext.Current.CancellationToken);
                // The line stays open until the command ends.
                await client.GetStream().CopyToAsync(Stream.Null, TestContext.Current.CancellationToken);
            });

        (int exitCode, _, string errors) = await run;

        Assert.Contains("Interrupted: no snapshot was made.", errors, StringComparison.Ordinal);
        Assert.Equal(signal == "TERM" ? 143 : 129, exitCode);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> StartAsync(
        string line, string environment = "", Func<StreamWriter, Task>? talk = null)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Streams have no numbers on Windows.");
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new("/bin/sh", ["-c", $"{(talk is null ? "exec" : environment)} \"$0\" exec \"$1\" {line}", dotnet, typeof(CliApp).Assembly.Location])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task talked = talk?.Invoke(process.StandardInput) ?? Task.CompletedTask;
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await talked;
        return (process.ExitCode, await output, errors);
    }
}
