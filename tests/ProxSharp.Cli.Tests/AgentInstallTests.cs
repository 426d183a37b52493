using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What is wrong with a line that sets an agent up is told before anything is written.</summary>
public sealed class AgentInstallTests
{
    [Fact]
    public async Task Install_ContextsInTwoPlaces_IsRefusedBeforeAnythingIsWritten()
    {
        using CliHarness cli = new();
        CliRun run = await cli.LineAsync("agent install --client claude --dir skills -c root lab");
        Assert.Contains("are named in two places", run.FailedWith(2), StringComparison.Ordinal);
        Assert.Equal("", run.Output);
        Assert.False(Directory.Exists(Path.Combine(cli.Home, "skills")));
    }

    [Fact]
    public async Task Install_IntoAFileWithAComment_NamesItsLine()
    {
        using CliHarness cli = new();
        cli.Write("comment.json", "{\n  // mine\n}");
        Assert.Contains(
            "it has a comment in line 2, which would be lost",
            (await cli.LineAsync("agent install --client claude --dir skills --mcp-file comment.json")).FailedWith(2),
            StringComparison.Ordinal);
    }
}
