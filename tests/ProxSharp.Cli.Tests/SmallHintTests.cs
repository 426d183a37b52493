using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Lines that were nearly right: the hint is the line that works, or the place where the slip is.</summary>
public sealed class SmallHintTests
{
    [Theory]
    [InlineData("vm migrate 101 104 pve1", "prox vm migrate 101,104 pve1")]
    [InlineData("vm migrate web-1 web-2 pve1 --online", "prox vm migrate web-1,web-2 pve1 --online")]
    [InlineData("ct migrate 200 201 202 pve1", "prox ct migrate 200,201,202 pve1")]
    [InlineData("vm snapshot create 101 104 before", "prox vm snapshot create 101,104 before")]
    [InlineData("vm migrate @node-pve2 status=running pve1", "prox vm migrate @node-pve2,status=running pve1")]
    [InlineData("vm snapshot create @tag-web status=running before", "prox vm snapshot create @tag-web,status=running before")]
    [InlineData("vm resize 101 104 scsi0 +5G", "prox vm resize 101,104 scsi0 +5G")]
    public async Task Guests_SeveralWordsBeforeOtherArguments_AreJoinedInTheHint(string line, string meant)
    {
        using CliHarness cli = new();

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains("takes its guests as one word", error, StringComparison.Ordinal);
        Assert.EndsWith($"Write: {meant}", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm snapshot create web-1 before upgrade")]
    [InlineData("vm clone 100 101 x1")]
    public async Task Guests_WordsThatAreHardlyGuests_AreNotJoined(string line)
    {
        using CliHarness cli = new();

        Assert.DoesNotContain("one word", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sdn subnet create --help", "Unknown command 'subnet' for 'prox sdn'. There is 'prox sdn vnet subnet'", "prox sdn")]
    [InlineData("vm strat 100 -h", "Unknown command 'strat' for 'prox vm'. Did you mean 'start'?", "prox vm")]
    public async Task Help_OfACommandThatThereIsNot_SaysSoFirst(string line, string expected, string shown)
    {
        using CliHarness cli = new();

        CliRun run = await cli.LineAsync(line);

        Assert.Contains(expected, run.FailedWith(2), StringComparison.Ordinal);
        Assert.Contains($"Usage:\n  {shown} ", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm --help")]
    [InlineData("vm start --help")]
    [InlineData("vm start 100 --help")]
    public async Task Help_OfACommandThatThereIs_IsSuccess(string line)
    {
        using CliHarness cli = new();

        Assert.Equal("", (await cli.LineAsync(line)).Errors);
    }

    [Theory]
    [InlineData("vm list", "No server is chosen")]
    [InlineData("vm list -c lab", "There is no context 'lab'")]
    public async Task Config_FileOfTheVariableIsMissing_IsNamed(string line, string said)
    {
        using CliHarness cli = new();
        string missing = Path.Combine(cli.Home, "slip.json");

        Assert.DoesNotContain("PROX_CONFIG", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
        cli.With("PROX_CONFIG", missing);

        Assert.Contains($"{said}: the file {missing}, which PROX_CONFIG names, is not there", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
        cli.Write("slip.json", "{}");
        Assert.DoesNotContain("PROX_CONFIG", (await cli.LineAsync("vm list")).Errors, StringComparison.Ordinal);
    }
}
