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

    [Theory]
    [InlineData("codex", "CODEX_HOME", "moved/skills", "moved/config.toml")]
    [InlineData("openclaw", "OPENCLAW_STATE_DIR", "moved/skills", "moved/openclaw.json")]
    [InlineData("openclaw", "OPENCLAW_HOME", "moved/.openclaw/skills", "moved/.openclaw/openclaw.json")]
    [InlineData("openclaw", "OPENCLAW_CONFIG_PATH", ".openclaw/skills", "moved")]
    [InlineData("gemini", "GEMINI_CLI_HOME", "moved/.gemini/skills", "moved/.gemini/settings.json")]
    [InlineData("cursor", "CODEX_HOME", ".cursor/skills", ".cursor/mcp.json")]
    [InlineData("claude", "CLAUDE_CONFIG_DIR", "moved/skills", null)]
    public async Task Install_WhereAVariableMovesTheProgram_WritesThere(string client, string variable, string skills, string? config)
    {
        using CliHarness cli = new();
        cli.With(variable, Path.Combine(cli.Home, "moved"));

        CliRun run = await cli.LineAsync($"agent install --client {client} lab{(config is null ? "" : " --write-config")}");

        run.Succeeded();
        string[] files = [.. Directory.GetFiles(cli.Home, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(cli.Home, file).Replace('\\', '/'))];
        Assert.Contains($"{skills}/proxmox/SKILL.md", files);
        Assert.Equal(config, files.SingleOrDefault(file => !file.StartsWith(skills, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Install_WithoutConfig_NamesTheMovedFile()
    {
        using CliHarness cli = new();
        cli.With("CODEX_HOME", Path.Combine(cli.Home, "moved"));
        Assert.Contains(Path.Combine(cli.Home, "moved", "config.toml"), (await cli.LineAsync("agent install --client codex lab")).Errors, StringComparison.Ordinal);
        Assert.Contains("put into ~/.cursor/mcp.json:", (await cli.LineAsync("agent install --client cursor lab")).Errors, StringComparison.Ordinal);
    }
}
