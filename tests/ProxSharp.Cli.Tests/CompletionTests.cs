using ProxSharp.Cli.Completion;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

public sealed class CompletionTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("prox sta", "")]
    [InlineData("prox v", "version vm vnc")]
    [InlineData("prox vm sta", "start")]
    [InlineData("prox vm snapshot r", "rollback")]
    [InlineData("prox vm start web", "web-1 web-2")]
    [InlineData("prox ct start d", "dns")]
    [InlineData("prox vm start 10", "100 101 102 103 104 105 106")]
    [InlineData("prox vm stop @tag-w", "@tag-web")]
    [InlineData("prox vm stop @tag-web,-we", "")]
    [InlineData("prox vm stop web-1,web", "web-1,web-1 web-1,web-2")]
    [InlineData("prox vm migrate web-1 p", "pve1 pve2 pve3")]
    [InlineData("prox vm migrate web-1 pve2 x", "")]
    [InlineData("prox vm set web-1 --mem", "--memory")]
    [InlineData("prox vm set web-1 --bios o", "ovmf")]
    [InlineData("prox storage content list c", "ceph")]
    [InlineData("prox vm list -o j", "json jsonl")]
    [InlineData("prox vm list -c l", "lab")]
    [InlineData("prox vm list -c nowhere web", "")]
    [InlineData("prox node show \"pve", "pve1 pve2 pve3")]
    public async Task Complete_Line_OffersWords(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        string output = (await cli.RunAsync("complete", "--line", line)).Succeeded();

        string[] words = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static item => item.Split('\t')[0]).Where(
            word => expected.Length > 0 || word.Length > 0)];
        Assert.Equal(expected, string.Join(' ', words.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task Complete_TwiceInSeconds_AsksTheServerOnce()
    {
        using CliHarness cli = await cluster.UserAsync();
        (await cli.RunAsync("complete", "--line", "prox vm start web")).Succeeded();

        // The second answer comes from the cache: the context leads nowhere by then.
        (await cli.RunAsync("context", "add", "lab", "https://127.0.0.1:1", "--token-id", "a@pve!b", "--secret", "env:LAB_SECRET", "--replace", "--use"))
            .Succeeded();

        Assert.StartsWith("web-1\t", (await cli.RunAsync("complete", "--line", "prox vm start web")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Complete_WithoutAServer_OffersNothingAndFailsNot()
    {
        using CliHarness cli = new();

        Assert.Equal("", (await cli.RunAsync("complete", "--line", "prox vm start ")).Succeeded());
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _prox_complete prox")]
    [InlineData("zsh", "compdef _prox_complete prox")]
    [InlineData("fish", "complete -c prox")]
    [InlineData("powershell", "Register-ArgumentCompleter")]
    public async Task Completion_Shell_PrintsItsScript(string shell, string expected)
    {
        using CliHarness cli = new();

        Assert.Contains(expected, (await cli.LineAsync($"completion {shell}")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("There are: bash", (await cli.LineAsync("completion tcsh")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prox vm ", "prox|vm|")]
    [InlineData("prox 'two words' x", "prox|two words|x")]
    [InlineData("prox a\\ b \"c", "prox|a b|c")]
    [InlineData("", "")]
    public void Split_Line_GivesWords(string line, string expected) => Assert.Equal(expected, string.Join('|', LineWords.Split(line)));
}
