using System.Globalization;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>A repository in parts, as options and as variables of the official client, and which of them goes before which.</summary>
public sealed class RepositoryPartsTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    private string Host => backup.Simulator.Endpoint.Host;

    private string Port => backup.Simulator.Endpoint.Port.ToString(CultureInfo.InvariantCulture);

    [Fact]
    public async Task List_PartsAsOptions_ReachTheServer()
    {
        using CliHarness cli = User();

        (await cli.LineAsync($"backup list --server {Host} --port {Port} --datastore store1 --auth-id {DefaultBackupServer.TokenId}")).Succeeded();
    }

    [Fact]
    public async Task List_PartsAsVariables_ReachTheServer()
    {
        using CliHarness cli = Parts(User(), Host);

        (await cli.LineAsync("backup list")).Succeeded();
        Assert.NotEqual(0, (await cli.LineAsync("backup list --datastore missing")).ExitCode);
    }

    [Fact]
    public async Task List_DatastoreAlone_IsThatOfTheServerInTheVariable()
    {
        using CliHarness cli = User().With("PBS_SERVER", Host).With("PBS_PORT", Port).With("PBS_AUTH_ID", DefaultBackupServer.TokenId);

        (await cli.LineAsync("backup list --datastore store1")).Succeeded();
        Assert.Contains("No datastore is named", (await cli.LineAsync("backup list")).FailedWith(2), StringComparison.Ordinal);
        Assert.Contains("No datastore is named", (await cli.LineAsync($"backup list --server {Host}")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_WholeRepository_GoesBeforeTheVariables()
    {
        using CliHarness cli = Parts(User(), "127.0.0.9");

        (await cli.LineAsync($"backup list --repository {backup.Simulator.Repository()}")).Succeeded();
        cli.With("PBS_REPOSITORY", backup.Simulator.Repository());
        (await cli.LineAsync("backup list")).Succeeded();
    }

    [Theory]
    [InlineData("--repository host:store --server other", "--repository names server and datastore already")]
    [InlineData("--repository host:store --auth-id a@pbs", "--repository names server and datastore already")]
    [InlineData("--context lab --server other --datastore store1", "--context names the server already")]
    [InlineData("--server other --port 70000 --datastore store1", "out of bounds")]
    [InlineData("--server a:b:c! --datastore store1", "make no repository")]
    [InlineData("--store-directory . --server other", "--store-directory needs no server")]
    public async Task List_TwoServersOrNone_IsAUsageError(string options, string expected)
    {
        using CliHarness cli = User();

        Assert.Contains(expected, (await cli.LineAsync($"backup list {options}")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_NamespaceOfTheVariable_IsTakenAndSaid()
    {
        using CliHarness cli = User().Uses(backup.Simulator).With("PBS_NAMESPACE", "nowhere");
        cli.MakeTree();

        CliRun elsewhere = await cli.LineAsync($"backup create tree.pxar:tree --backup-id {BackupUser.NewId()}");
        CliRun root = await cli.RunAsync("backup", "create", "tree.pxar:tree", "--backup-id", BackupUser.NewId(), "--ns", "");

        Assert.NotEqual(0, elsewhere.ExitCode);
        Assert.Contains("The namespace is nowhere, of PBS_NAMESPACE.", elsewhere.Errors, StringComparison.Ordinal);
        root.Succeeded();
        Assert.DoesNotContain("PBS_NAMESPACE", root.Errors, StringComparison.Ordinal);
    }

    private CliHarness User() => new CliHarness().With("PBS_PASSWORD", DefaultBackupServer.TokenSecret).With("PBS_FINGERPRINT", backup.Simulator.Fingerprint);

    private CliHarness Parts(CliHarness cli, string host) => cli
        .With("PBS_SERVER", host).With("PBS_PORT", Port).With("PBS_DATASTORE", "store1").With("PBS_AUTH_ID", DefaultBackupServer.TokenId);
}
