using System.Text.RegularExpressions;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>A server that is remembered and shows another certificate: the hint is a command that mends it.</summary>
public sealed class RenewedCertificateTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private static readonly string s_old = string.Join(':', Enumerable.Repeat("AB", 32));
    private static readonly string s_other = string.Join(':', Enumerable.Repeat("CD", 32));

    [Theory]
    [InlineData("vm list", false)]
    [InlineData("api get /version", false)]
    [InlineData("vm start staging", false)]
    [InlineData("vm list", true)]
    public async Task Call_CertificateThatChanged_NamesTheCommandThatTrustsIt(string line, bool onFirstUse)
    {
        using CliHarness cli = await UserAsync(onFirstUse ? [] : [s_old]);
        if (onFirstUse)
        {
            cli.Write(".config/prox/known-servers", $"{new Uri(cluster.Url).Authority} {s_old}\n");
        }

        string error = (await cli.LineAsync($"{line} -c lab")).FailedWith(3);
        Assert.EndsWith($"if it is the same: prox context trust lab {cluster.Simulator.Fingerprint}", error, StringComparison.Ordinal);
        await RunHintAsync(cli, error);

        Assert.Contains("web-1", (await cli.LineAsync("vm list -o name --fields name -c lab")).Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain(s_old, (await cli.LineAsync("context show lab")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_OneOfSeveralCertificatesThatChanged_KeepsTheOthers()
    {
        using CliHarness cli = await UserAsync(s_old, s_other);

        await RunHintAsync(cli, (await cli.LineAsync("vm list")).FailedWith(3));

        string shown = (await cli.LineAsync("context show lab -o json")).Succeeded();
        Assert.All([s_old, s_other, cluster.Simulator.Fingerprint], fingerprint => Assert.Contains(fingerprint, shown, StringComparison.Ordinal));
        (await cli.LineAsync("vm list")).Succeeded();
    }

    [Fact]
    public async Task Doctor_CertificateThatChanged_NamesTheCommandThatTrustsIt()
    {
        using CliHarness cli = await UserAsync(s_old);

        Assert.Contains($"prox context trust lab {cluster.Simulator.Fingerprint}", (await cli.LineAsync("doctor -o json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_ServerWithoutAContext_NamesTheOption()
    {
        using CliHarness cli = await UserAsync(s_old);

        string error = (await cli.LineAsync(
            $"api get /version --url {cluster.Url} --token-id {DefaultCluster.TokenId} --secret env:LAB_SECRET --fingerprint {s_old}")).FailedWith(3);

        Assert.EndsWith("give it with --fingerprint.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trust_ContextOrFingerprintThatIsNone_ChangesNothing()
    {
        using CliHarness cli = await UserAsync(s_old);

        Assert.Contains("There is no context 'other'", (await cli.LineAsync($"context trust other {s_other}")).FailedWith(2), StringComparison.Ordinal);
        Assert.Contains("'CD:CD' is no SHA-256 fingerprint", (await cli.LineAsync("context trust lab CD:CD")).FailedWith(2), StringComparison.Ordinal);
        Assert.Contains(s_old, (await cli.LineAsync("context show lab")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trust_ContextUnderAPolicy_NeedsAPerson()
    {
        using CliHarness cli = await UserAsync(s_old);
        cli.Guard("lab", """{"version":1}""");

        (await cli.LineAsync($"context trust lab {s_other}")).FailedWith(8);
    }

    private static async Task RunHintAsync(CliHarness cli, string error) =>
        (await cli.LineAsync(Regex.Match(error, "prox (context trust .*)$").Groups[1].Value)).Succeeded();

    private async Task<CliHarness> UserAsync(params string[] fingerprints)
    {
        CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            ["context", "add", "lab", cluster.Url, "--token-id", DefaultCluster.TokenId, "--secret", "env:LAB_SECRET", .. fingerprints.SelectMany(static one => new[] { "--fingerprint", one })]))
            .Succeeded();
        return cli;
    }
}
