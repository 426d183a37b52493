using System.Diagnostics;

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

    private static async Task<(int ExitCode, string Output, string Errors)> StartAsync(string line)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Streams have no numbers on Windows.");
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new("/bin/sh", ["-c", $"exec \"$0\" exec \"$1\" {line}", dotnet, typeof(CliApp).Assembly.Location])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, errors);
    }
}
