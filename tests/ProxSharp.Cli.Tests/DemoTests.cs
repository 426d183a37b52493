using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

public sealed class DemoTests
{
    [Fact]
    public async Task Demo_InAPipe_ToursTheClusterAsPlainText()
    {
        using CliHarness cli = new();

        CliRun run = await cli.LineAsync("demo");

        string text = run.Succeeded();
        Assert.DoesNotContain('\u001b', text);
        Assert.All(text.Where(static c => c > '~'), static c => Assert.Fail($"'{c}' is no plain text"));
        Assert.Contains("== 8/9  Back up, and restore what is verified ==", text, StringComparison.Ordinal);
        Assert.Contains("host/web-3/2026-02-02T02:00:00Z: all is right", text, StringComparison.Ordinal);
        Assert.Contains("  /index.html\n", text, StringComparison.Ordinal);
        Assert.Contains("warning-count: 0", text, StringComparison.Ordinal);
        Assert.Contains("== 9/9  Clean up ==", text, StringComparison.Ordinal);
        Assert.Contains("(exit code 2, as it should be)", text, StringComparison.Ordinal);
        Assert.Contains("What to try next:", text, StringComparison.Ordinal);
        Assert.Contains("size=16G", text, StringComparison.Ordinal);
        Assert.DoesNotContain("demo-password", text, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(cli.Home));
    }

    [Fact]
    public async Task Demo_InATerminal_HasColours()
    {
        using CliHarness cli = new() { TerminalWidth = 80 };

        string text = (await cli.LineAsync("demo")).Succeeded();

        Assert.Contains("\u001b[", text, StringComparison.Ordinal);
        Assert.Contains("\u256d", text, StringComparison.Ordinal);
    }
}
