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
    [InlineData("env:ABSENT", "the variable is not set")]
    [InlineData("file:absent", "the file does not exist")]
    [InlineData("exec:/nonexistent/program", "cannot be started")]
    public async Task Read_Missing_FailsWithCode4(string reference, string why)
    {
        using CliHarness cli = new();

        CliException failure = await Assert.ThrowsAsync<CliException>(() => ReadAsync(cli, reference));

        Assert.Equal(ExitCodes.Authentication, failure.Error.ExitCode);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_CommandFails_ShowsItsComplaint()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a Unix shell.");
        using CliHarness cli = new();

        CliException failure = await Assert.ThrowsAsync<CliException>(() => ReadAsync(cli, "exec:sh -c 'echo locked >&2; exit 3'"));

        Assert.Contains("ended with 3: locked", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b", new[] { "a", "b" })]
    [InlineData("  a   'b c' \"d e\" ", new[] { "a", "b c", "d e" })]
    [InlineData("a\\ b '' c\\\\", new[] { "a b", "", "c\\" })]
    [InlineData("x\"y z\"w", new[] { "xy zw" })]
    public void SplitCommand_Quotes_KeepSpaces(string command, string[] expected) =>
        Assert.Equal(expected, SecretReader.SplitCommand(command, backslashEscapes: true));

    private static async Task<string> ReadAsync(CliHarness cli, string reference) =>
        await new SecretReader(cli.Environment, TimeProvider.System).ReadAsync(SecretReference.Parse(reference, cli.Environment), TestContext.Current.CancellationToken);
}
