using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>The authorities of the system are left out where a fingerprint decides, and nowhere else.</summary>
public sealed class AuthorityTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("datastore list", true)]
    [InlineData("api get /version", true)]
    [InlineData("doctor", false)]
    public async Task Line_WithFingerprint_NeedsNoneUnlessItLooksAtOtherServers(string line, bool leftOut)
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        await cli.LineAsync(line);
        Assert.Equal(leftOut, cli.AuthoritiesLeftOut > 0);
    }

    [Fact]
    public async Task Line_WithoutFingerprint_NeedsThem()
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        string file = await File.ReadAllTextAsync(cli.ContextFile, TestContext.Current.CancellationToken);
        int start = file.IndexOf("\"fingerprints\"", StringComparison.Ordinal), end = file.IndexOf(']', start) + 1;
        await File.WriteAllTextAsync(
            cli.ContextFile, file[..start].TrimEnd().TrimEnd(',') + file[end..], TestContext.Current.CancellationToken);

        (await cli.LineAsync("datastore list")).FailedWithCode(3);
        Assert.Equal(0, cli.AuthoritiesLeftOut);
    }
}
