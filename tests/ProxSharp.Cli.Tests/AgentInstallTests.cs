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

    [Theory]
    [InlineData("{\n  // mine\n}", "it has a comment in line 2, which would be lost")]
    [InlineData("{\n  \"a\": 1, /* mine */\n}", "it has a comment in line 2, which would be lost")]
    [InlineData("{\n  \"a\": /x}", "it is no JSON from line 2 on")]
    [InlineData("{\"a\":{\"b\":1,\"b\":2}}", "it has 'b' twice in one object")]
    [InlineData("{\"a\":{\"it's\":1,\"it's\":2}}", "it has 'it's' twice in one object")]
    public async Task Install_IntoAFileThatCannotBeMerged_SaysWhy(string text, string reason)
    {
        using CliHarness cli = new();
        cli.Write("odd.json", text);
        string errors = (await cli.LineAsync("agent install --client claude --dir skills --mcp-file odd.json")).FailedWith(2);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("deserialization", errors, StringComparison.Ordinal);
    }
}
