using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

public sealed class SecretReaderTests
{
    [Fact]
    public async Task Read_Environment_ReturnsTheVariable()
    {
        using CliHarness cli = new CliHarness().With("S", "s3cret value");

        Assert.Equal("s3cret value", await ReadAsync(cli, "env:S"));
    }

    [Fact]
    public async Task Read_File_ReturnsTheFirstLine()
    {
        using CliHarness cli = new();
        cli.Write("pw", "line one\r\nline two\n");

        Assert.Equal("line one", await ReadAsync(cli, "file:~/pw"));
    }

    [Fact]
    public async Task Read_Command_ReturnsTheFirstLineItPrints()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a Unix shell.");
        using CliHarness cli = new();

        Assert.Equal("from command", await ReadAsync(cli, "exec:printf 'from command\\nrest'"));
    }

    [Theory]
    [InlineData("env:ABSENT", "variable is not set")]
    [InlineData("file:absent", "cannot be read")]
    [InlineData("exec:/nonexistent/program", "cannot be run")]
    public async Task Read_Missing_FailsWithCode4(string reference, string why)
    {
        using CliHarness cli = new();

        CliException failure = await Assert.ThrowsAsync<CliException>(() => ReadAsync(cli, reference));

        Assert.Equal(ExitCodes.Authentication, failure.Error.ExitCode);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_FileOthersCanRead_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        using CliHarness cli = new();
        string file = cli.Write("pw", "secret");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        }

        CliException failure = await Assert.ThrowsAsync<CliException>(() => ReadAsync(cli, "file:pw"));

        Assert.Contains("chmod 600", failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("The secret at file:", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("There is no secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_CommandThatTakesItsTime_SaysWhatIsWaitedFor()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs named pipes of Unix.");
        FakeTimeProvider time = new();
        using CliHarness cli = new();
        string pipe = Path.Combine(cli.Home, "pipe");
        await Process.Start("mkfifo", [pipe]).WaitForExitAsync(TestContext.Current.CancellationToken);
        TaskCompletionSource<string> noted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        Task<string> reading = new SecretReader(cli.Environment, time)
            .ReadAsync(SecretReference.Parse($"exec:cat {pipe}", cli.Environment), noted.SetResult, TestContext.Current.CancellationToken);
        Assert.False(noted.Task.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(3));
        string note = await noted.Task;
        await File.AppendAllTextAsync(pipe, "from the pipe\n", TestContext.Current.CancellationToken);

        Assert.Equal("Waiting for exec:cat to print the secret; it has a minute in all.", note);
        Assert.Equal("from the pipe", await reading);
    }

    private static async Task<string> ReadAsync(CliHarness cli, string reference) =>
        await new SecretReader(cli.Environment, cli.Time).ReadAsync(SecretReference.Parse(reference, cli.Environment), static _ => { }, TestContext.Current.CancellationToken);
}
