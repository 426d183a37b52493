using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Files that <c>agent install</c> adds the MCP server to, and that hold what JSON allows and text does not.</summary>
public sealed class McpFileTests
{
    [Theory]
    [InlineData("""{"mcpServers":{"other":{"command":"\ud800"}}}""")]
    [InlineData("""{"mcpServers":{"\udc00":{"command":"x"}}}""")]
    [InlineData("""{"\ud800":1}""")]
    public async Task Install_McpFileWithHalfACharacter_IsRefusedAndLeftAlone(string text)
    {
        using CliHarness cli = new();
        string file = cli.Write("half.json", text);
        string error = (await cli.LineAsync("agent install --client claude --dir skills --mcp-file half.json")).FailedWith(2);
        Assert.Contains("half.json cannot be merged into", error, StringComparison.Ordinal);
        Assert.Equal(text, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(Path.Combine(cli.Home, "skills")));
    }
}
