using System.Text;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Backups;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs.Endpoints;

namespace ProxSharp.Cli.Tests;

/// <summary>Settings of ACME plugins: lines in a file, base64 on the wire, and nowhere on the command line.</summary>
public sealed class DnsPluginDataTests(SimulatedBackupServer backup, SimulatedCluster cluster) : IClassFixture<SimulatedBackupServer>, IClassFixture<SimulatedCluster>
{
    private const string Lines = "CF_Account_ID=ada\nCF_Token=hunter2=hunter2\n";

    [Theory]
    [InlineData("CF_Token=x", "CF_Token=x\n")]
    [InlineData("CF_Token=x\r\n\r\nCF_Zone_ID=y\r\n", "CF_Token=x\n\nCF_Zone_ID=y\n")]
    [InlineData("CF_Token=", "CF_Token=\n")]
    [InlineData("K=V==\n", "K=V==\n")]
    public void Encoded_OfLines_IsTheirBase64(string typed, string lines) =>
        Assert.Equal(lines, Encoding.UTF8.GetString(Convert.FromBase64String(DnsPluginData.Encoded(typed))));

    [Theory]
    [InlineData("Sz1WCg", "Sz1WCg==")]
    [InlineData("Sz1WCg==\n", "Sz1WCg==")]
    [InlineData("Q0ZfVG9r\nZW49eA==", "Q0ZfVG9rZW49eA==")]
    public void Encoded_OfBase64_IsNotEncodedAgain(string typed, string sent) => Assert.Equal(sent, DnsPluginData.Encoded(typed));

    [Theory]
    [InlineData("")]
    [InlineData("hunter2")]
    [InlineData("CF_Token: hunter2")]
    [InlineData("CF_Token=x\nhunter2")]
    [InlineData("=hunter2")]
    [InlineData("{\"CF_Token\": \"hunter2=\"}")]
    public void Encoded_OfSomethingElse_SaysWhatIsExpected(string typed)
    {
        CliException error = Assert.Throws<CliException>(() => DnsPluginData.Encoded(typed));
        Assert.Contains("NAME=value", error.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", $"{error.Error.Message} {error.Error.Hint}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pbs acme plugin", "@cf.txt", "file1")]
    [InlineData("pbs acme plugin", "file:cf.txt", "file2")]
    [InlineData("pbs acme plugin", "-", "stdin1")]
    [InlineData("pbs acme plugin", "@-", "stdin2")]
    [InlineData("acme plugin", "@cf.txt", "file1")]
    [InlineData("acme plugin", "-", "stdin1")]
    public async Task Create_EncodesWhatTheServerShowsInClear(string noun, string data, string id)
    {
        using CliHarness cli = await UseAsync(noun);
        cli.Write("cf.txt", Lines);
        cli.Input = Lines;
        (await cli.LineAsync($"{noun} create {id} --type dns --api cf --data {data}")).Succeeded();
        Assert.Equal(Lines.TrimEnd(), (await cli.JsonAsync($"{noun} show {id}")).GetProperty("data").GetString()!.TrimEnd());

        cli.Write("cf.txt", "CF_Token=other");
        string plan = (await cli.LineAsync($"{noun} set {id} --data @cf.txt --dry-run")).Succeeded();
        Assert.Contains("***", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", plan, StringComparison.Ordinal);
        (await cli.LineAsync($"{noun} set {id} --data @cf.txt")).Succeeded();
        Assert.Equal("CF_Token=other", (await cli.JsonAsync($"{noun} show {id}")).GetProperty("data").GetString()!.TrimEnd());
    }

    [Theory]
    [InlineData("CF_Token=hunter2")]
    [InlineData("'exec:cat hunter2'")]
    public async Task Create_WithTheSettingsOnTheLine_IsRefusedAndDoesNotRepeatThem(string data)
    {
        using CliHarness cli = await UseAsync("pbs");
        CliRun run = await cli.LineAsync($"pbs acme plugin create bare --type dns --api cf --data {data}");
        Assert.DoesNotContain("hunter2", run.FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_WithDataThatIsNoBase64_GetsTheServersRefusal()
    {
        using CliHarness cli = await UseAsync("pbs");
        cli.Write("cf.txt", Lines);
        Assert.Contains("data", (await cli.LineAsync("api create /config/acme/plugins id=raw type=dns api=cf data=@cf.txt")).FailedWith(2), StringComparison.Ordinal);
        Assert.DoesNotContain("raw", (await cli.LineAsync("pbs acme plugin list")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_OfOtherCalls_IsNoSecret()
    {
        using CliHarness cli = await UseAsync("node");
        Assert.Contains("127.0.0.1 localhost", (await cli.LineAsync("node hosts set pve1 --data '127.0.0.1 localhost' --dry-run")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("password stands in the command line", (await cli.LineAsync("api create /access/users --data '{\"userid\":\"u@pve\",\"password\":\"hidden-5\"}' --dry-run")).Errors, StringComparison.Ordinal);
        Assert.Contains("stands in the command line", (await cli.LineAsync("api create /cluster/acme/plugins id=x type=dns api=cf data=Sz1WCg --dry-run")).Errors, StringComparison.Ordinal);
    }

    private async Task<CliHarness> UseAsync(string noun)
    {
        if (!noun.StartsWith("pbs", StringComparison.Ordinal))
        {
            return await cluster.RootAsync();
        }

        CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        return cli;
    }
}
