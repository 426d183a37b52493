using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>The option -c beside names of contexts: it is one of them, the first, or both are refused.</summary>
public sealed class NamedContextTests
{
    [Theory]
    [InlineData("-c lab", "lab")]
    [InlineData("lab backup", "lab backup")]
    [InlineData("lab backup -c backup", "backup lab")]
    [InlineData("lab lab -c lab", "lab")]
    public async Task Install_EntersTheContexts_TheUsualOneFirst(string typed, string expected)
    {
        using CliHarness cli = new();
        (await cli.LineAsync($"agent install --client cursor --dir skills --mcp-file mcp.json {typed}")).Succeeded();
        using JsonDocument file = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(cli.Home, "mcp.json"), TestContext.Current.CancellationToken));
        Assert.Equal(
            $"mcp {expected}",
            string.Join(' ', file.RootElement.GetProperty("mcpServers").GetProperty("proxmox").GetProperty("args").EnumerateArray().Select(static word => word.GetString())));
    }

    [Theory]
    [InlineData("agent install --client cursor --dir skills --mcp-file mcp.json lab -c admin")]
    [InlineData("mcp lab -c admin")]
    [InlineData("mcp -c admin lab backup")]
    public async Task NamesThatDisagree_AreRefused(string line)
    {
        using CliHarness cli = new();
        string error = (await cli.LineAsync(line)).FailedWith(2);
        Assert.Contains("'admin' and 'lab", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(cli.Home, "mcp.json")));
    }
}
