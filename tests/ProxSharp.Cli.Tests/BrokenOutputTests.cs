using System.Text;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Standard streams whose other end is gone.</summary>
public sealed class BrokenOutputTests
{
    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    [InlineData("api ls / -r")]
    [InlineData("api ls --help")]
    public async Task Run_OutputOnAFullDisk_IsOneLineWithCode1(string line)
    {
        using MemoryStream errors = new();

        int exitCode = await RunAsync(line, new FullDisk(), errors);

        Assert.Equal(1, exitCode);
        Assert.Equal(
            "error: The output cannot be written: No space left on device. Check where standard output goes.\n",
            Encoding.UTF8.GetString(errors.ToArray()));
    }

    [Fact]
    public async Task Run_NothingCanBeWritten_StillEndsWithCode1() => Assert.Equal(1, await RunAsync("version", new FullDisk(), new FullDisk()));

    [Fact]
    public async Task Run_ErrorsCannotBeWritten_KeepsItsExitCode()
    {
        using MemoryStream output = new();

        Assert.Equal(2, await RunAsync("api ls /nodez", output, new FullDisk()));
        Assert.Equal(0, await RunAsync("context add lab pve1 --user root@pam --secret env:X --insecure", output, new FullDisk()));
    }

    private static async Task<int> RunAsync(string line, Stream output, Stream errors)
    {
        using CliHarness cli = new();
        using StreamConsole console = new(output, errors);
        return await new CliApp(console, cli.Environment, cli.Time).RunAsync([.. ShellWords.Split(line)], TestContext.Current.CancellationToken);
    }
}
