using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>A working directory that is gone or has an unreadable name, and arguments that are not what was typed.</summary>
public sealed class WorkingDirectoryTests
{
    [Fact]
    public async Task Command_WithoutRelativeNames_NeedsNoDirectory()
    {
        using CliHarness cli = new() { NoDirectory = "is not there any more" };

        Assert.StartsWith("prox ", (await cli.LineAsync("--version")).Succeeded(), StringComparison.Ordinal);
        (await cli.RunAsync("backup", "key", "create", Path.Combine(cli.Home, "k.json"), "--kdf", "none")).Succeeded();
        Assert.True(File.Exists(Path.Combine(cli.Home, "k.json")));
    }

    [Fact]
    public async Task Command_WithARelativeName_SaysWhatIsWrong()
    {
        using CliHarness cli = new() { NoDirectory = "is not there any more" };

        string error = (await cli.LineAsync("backup key create k.json --kdf none")).FailedWith(2);

        Assert.Contains("'k.json' starts from the working directory, which is not there any more", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Argument_ThatIsNoUtf8_IsRefused()
    {
        using CliHarness cli = new() { BrokenArgument = "b\uFFFDr" };

        Assert.Contains("is not UTF-8", (await cli.LineAsync("backup key create b\uFFFDr --kdf none")).FailedWith(2), StringComparison.Ordinal);
    }
}
