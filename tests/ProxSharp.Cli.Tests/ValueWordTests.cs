using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>An option is never taken for the value of another one, and nothing behind an equals sign is the empty value.</summary>
public sealed class ValueWordTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Theory]
    [InlineData("vm set 106 --description --dry-run", "'--description'", "--description=--dry-run")]
    [InlineData("vm set 106 --description --name=x", "'--description'", "--description=--name=...")]
    [InlineData("vm set 106 --description --dry-run=1", "'--description'", "--description=--dry-run=...")]
    [InlineData("vm set --description -y 106", "'--description'", "--description=-y")]
    [InlineData("vm set 106 --description --help", "'--description'", "--description=--help")]
    [InlineData("vm set 106 --cores --memory 512", "'--cores'", "--cores=--memory")]
    [InlineData("vm delete 106 --yes --record --dry-run", "'--record'", "--record=--dry-run")]
    [InlineData("vm delete 106 --dry-run -c --yes", "'-c'", "-c=--yes")]
    [InlineData("-c --yes vm delete 106 --dry-run", "'-c'", "-c=--yes")]
    [InlineData("vm delete 106 -yo --dry-run", "'-o'", "-o=--dry-run")]
    [InlineData("vm delete 106 -o --dry-run --yes", "'-o'", "-o=--dry-run")]
    [InlineData("pool set production --comment --yes", "'--comment'", "--comment=--yes")]
    [InlineData("api set /nodes/pve1/qemu/106/config description=x --context --dry-run", "'--context'", "--context=--dry-run")]
    [InlineData("vm start 106 --wait-timeout --dry-run", "'--wait-timeout'", "--wait-timeout=--dry-run")]
    [InlineData("context add other pve1 --user --use", "'--user'", "--user=--use")]
    [InlineData("plan create vm set 106 --description --name x", "'--description'", "--description=--name")]
    [InlineData("vm set 106 --description -clab", "'--description'", "--description=-c")]
    [InlineData("vm delete 106 --yes --record -yo", "'--record'", "--record=-y")]
    [InlineData("vm set 106 --description -dry-run", "'--description'", "--description=-d")]
    [InlineData("vm set 106 --description --dryrun", "'--description'", "looks like the option '--dry-run'")]
    [InlineData("vm set 106 --description --DRY-RUN", "'--description'", "looks like the option '--dry-run'")]
    [InlineData("vm set 106 --description --dry_run", "'--description'", "looks like the option '--dry-run'")]
    [InlineData("vm set 106 --description --foo", "'--description'", "--description=--foo")]
    public async Task Option_WhereTheValueOfAnotherIsExpected_IsRefused(string line, string lacking, string advice)
    {
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains($"The option {lacking} lacks its value", error, StringComparison.Ordinal);
        Assert.Contains(advice, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm delete 106 --yes --record= --dry-run")]
    [InlineData("vm delete 106 --record --dry-run --yes")]
    [InlineData("vm delete 106 --yes --record: --dry-run")]
    [InlineData("--record= vm delete 106 --yes --dry-run")]
    [InlineData("vm delete 106 --yes -o= --dry-run")]
    [InlineData("vm delete 106 --yes --context= --dry-run")]
    [InlineData("-c= vm delete 106 --yes --dry-run")]
    [InlineData("vm set 106 --description= --dry-run")]
    [InlineData("vm set 106 --description --dry-run")]
    [InlineData("vm set 106 --dry-run --name=x --description=")]
    [InlineData("vm set 106 --dry-run --description= --name= -- ")]
    [InlineData("plan create vm set 106 --record --description --dry-run")]
    public async Task DryRun_BehindAnOptionWithoutAValue_ChangesNothing(string line)
    {
        using CliHarness cli = await cluster.UserAsync();
        string before = (await cli.LineAsync("vm config 106 -o json")).Succeeded();

        await cli.LineAsync(line);

        Assert.Equal(before, (await cli.LineAsync("vm config 106 -o json")).Succeeded());
        Assert.DoesNotContain(Directory.EnumerateFiles(cli.Home), static file => Path.GetFileName(file).StartsWith('-'));
        Assert.False(File.Exists("--dry-run"));
    }

    [Theory]
    [InlineData("vm set 106 --description= --dry-run", "\"description\": \"\"|description=")]
    [InlineData("vm set 106 --dry-run --description=", "\"description\": \"\"|description=")]
    [InlineData("vm set 106 --dry-run --description ''", "\"description\": \"\"|description=")]
    [InlineData("vm set 106 --description=--dry-run --dry-run", "--dry-run")]
    [InlineData("vm set 106 --description=--yes=1 --dry-run", "--yes=1")]
    [InlineData("vm set 106 --description -5 --dry-run", "-5")]
    [InlineData("vm set 106 --description - --dry-run", "\"-\"|description=-")]
    [InlineData("vm set 106 --description -foo --dry-run", "-foo")]
    [InlineData("vm set 106 --description=--foo --dry-run", "--foo")]
    [InlineData("vm set 106 --description=-clab --dry-run", "-clab")]
    [InlineData("vm set 106 --args '-cpu host' --dry-run", "-cpu host")]
    [InlineData("pool set production --comment= --dry-run", "\"comment\": \"\"|comment=")]
    [InlineData("api set /pools/production comment= --dry-run", "\"comment\": \"\"|comment=")]
    public async Task Value_AsItWasMeant_IsSent(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        string output = (await cli.LineAsync($"{line} -o json")).Succeeded();

        Assert.True(expected.Split('|').Any(one => output.Contains(one, StringComparison.Ordinal)), output);
    }

    [Theory]
    [InlineData("vm list --sort -mem -o name", "100")]
    [InlineData("vm list --query '[0].vmid' -o json", "100")]
    [InlineData("vm list -- @all,-web-1", "web-2")]
    [InlineData("vm list @all,-web-1 -o= ", null)]
    [InlineData("complete --line 'prox vm set 106 --description= --dry' --shell bash --typed '|prox vm set 106 --description= --dry'", "dry-run")]
    [InlineData("complete --line 'prox vm set 106 --description --dry'", null)]
    public async Task Line_WithWordsThatBeginWithADash_MeansWhatItDid(string line, string? expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync(line);

        Assert.Equal(expected is null && line.StartsWith("vm", StringComparison.Ordinal) ? 2 : 0, run.ExitCode);
        Assert.Contains(expected ?? "", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm set 106 --cores= --dry-run")]
    [InlineData("vm start 106 --parallel= --dry-run")]
    [InlineData("vm list --watch= 100")]
    [InlineData("vm delete 106 --yes= --dry-run")]
    [InlineData("pool set production --comment= --yes")]
    public async Task EmptyValue_ThatIsNone_IsRefused(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.NotEqual("", (await cli.LineAsync(line)).FailedWith(2));
    }

    // A secret behind the equals sign of the option that was taken is not repeated.
    [Fact]
    public async Task Swallowed_OptionWithASecret_IsNamedWithoutIt()
    {
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync("vm set 106 --description --cipassword=geheim")).FailedWith(2);

        Assert.DoesNotContain("geheim", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm delete 106 --yes:false", "--yes=")]
    [InlineData("vm set 106 --onboot:0", "--onboot=")]
    [InlineData("vm delete 106 --dry-run:0 --yes", "--dry-run=")]
    [InlineData("vm list --context:lab", "--context=")]
    [InlineData("--context:lab vm list", "--context=")]
    [InlineData("vm delete 106 --yes --record=", "names no file")]
    [InlineData("vm agent exec 100 --record= -- ls", "names no file")]
    [InlineData("backup create etc.pxar:/etc --keyfile=", "names no file")]
    public async Task Form_ThatIsNotTaken_IsRefusedWithTheOneThatIs(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_BehindASwitch_IsTheProgram()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("command=true", (await cli.LineAsync("vm agent exec 100 --dry-run true")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_InADryRun_IsTheExactCall()
    {
        using CliHarness cli = await cluster.UserAsync();
        string[] line = ["vm", "agent", "exec", "web-1", "--dry-run", "--", "sh", "-c", "echo \"a b\"; exit 3"];

        Assert.Contains("command=sh command=-c command='echo \"a b\"; exit 3'", (await cli.RunAsync(line)).Succeeded(), StringComparison.Ordinal);

        using JsonDocument plan = JsonDocument.Parse((await cli.RunAsync(["-o", "json", .. line])).Succeeded());
        JsonElement data = plan.RootElement.GetProperty("data");
        Assert.True(data.GetProperty("dryRun").GetBoolean());
        Assert.Equal(1, data.GetProperty("calls").GetArrayLength());
    }

    // Who asks for JSON or for details gets the error in that form, also where the form is what is wrong.
    [Theory]
    [InlineData("vm list -o:json", "Write an equals sign: -o=")]
    [InlineData("vm list --output:json", "Write an equals sign: --output=")]
    [InlineData("vm set 106 --description -ojson", "--description=-o")]
    [InlineData("plan create vm set 106 --description --debug text", "--description=--debug")]
    public async Task Refusal_InTheFormThatWasAskedFor_NamesTheLineToWrite(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync(line);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
        Assert.Equal(line.Contains("json", StringComparison.Ordinal), run.Errors.StartsWith('{'));
    }
}
