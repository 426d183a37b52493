using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>Who may not remove backups is told the privilege that is enough: the smaller one for a group of one's own.</summary>
public sealed class OwnGroupTests
{
    private const string Secret = "99999999-2222-3333-4444-555555555555";
    private const string Own = "Datastore.Prune on /datastore/store1";

    [Fact]
    public async Task Remove_OfAGroupOfOnesOwn_NamesTheSmallerPrivilege()
    {
        await using PbsSimulator server = await StartAsync("DatastoreBackup");
        using CliHarness cli = User(server);
        cli.MakeTree();
        (await cli.LineAsync("backup create root.pxar:tree --backup-id mine")).Succeeded();
        string snapshot = (await cli.LineAsync("backup list host/mine -o name")).Succeeded().Trim();

        foreach (string line in (string[])
        [
            "backup prune host/mine --keep-last 1", "backup prune host/mine --keep-last 1 --dry-run", "backup forget host/mine --yes", $"backup forget {snapshot} --yes",
        ])
        {
            CliRun run = await cli.LineAsync($"{line} -o json");

            run.FailedWithCode(4);
            Assert.Equal(Own, Need(run));
            Assert.Contains($"a role with {Own},", run.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Read_OfAGroupOfOthers_SaysThatItMayBeUnseen()
    {
        await using PbsSimulator server = await StartAsync("DatastoreBackup");
        using CliHarness cli = User(server);

        string error = (await cli.LineAsync("backup cat vm/100 qemu-server.conf")).FailedWith(5);

        Assert.Contains("There is no finished backup of vm/100 in store1 that this login sees: those of other owners take Datastore.Audit", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_OfAGroupOfOthers_NamesThePrivilegeForAll()
    {
        await using PbsSimulator server = await StartAsync("DatastoreBackup");
        using CliHarness cli = User(server);

        CliRun run = await cli.LineAsync("backup prune vm/100 --keep-last 1 -o json");

        run.FailedWithCode(4);
        Assert.Equal("Datastore.Modify on /datastore/store1", Need(run));
        Assert.DoesNotContain("one's own Datastore.Prune", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_WhoseItIsCannotBeSeen_TellsBoth()
    {
        await using PbsSimulator server = await StartAsync(role: null);
        using CliHarness cli = User(server);

        CliRun run = await cli.LineAsync("backup prune vm/100 --keep-last 1 -o json");

        run.FailedWithCode(4);
        Assert.Equal("Datastore.Modify on /datastore/store1", Need(run));
        Assert.Contains("For a group of one's own Datastore.Prune is enough", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_OfAGroupOfOthers_WorksWithTheRightThatTheGuideGives()
    {
        SimulatedBackupServer server = new();
        await server.InitializeAsync();
        await using PbsSimulator simulator = server.Simulator;
        using CliHarness cli = new();
        cli.MakeTree();
        await server.UseAsync(cli, "admin");
        (await cli.LineAsync("backup create root.pxar:tree --backup-id others --backup-time 1767225600 --datastore store1")).Succeeded();
        (await cli.LineAsync("agent token create --role operator --store file --name agent")).Succeeded();
        const string look = "api get /admin/datastore/store1/catalog backup-type=host backup-id=others backup-time=1767225600 filepath=/ -c agent";

        string refused = (await cli.LineAsync(look)).FailedWith(4);

        Assert.Contains("to read it needs Datastore.Read on the datastore or namespace (role DatastoreReader)", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("change the owner", refused, StringComparison.Ordinal);
        foreach (string id in (string[])["prox-operator@pbs", "prox-operator@pbs!operator"])
        {
            (await cli.LineAsync($"pbs access acl set --path /datastore/store1 --auth-id '{id}' --role DatastoreReader")).Succeeded();
        }

        Assert.Contains("root.pxar", (await cli.LineAsync(look)).Succeeded(), StringComparison.Ordinal);
    }

    private static string? Need(CliRun run)
    {
        using JsonDocument error = JsonDocument.Parse(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        return Assert.Single(error.RootElement.GetProperty("error").GetProperty("need").EnumerateArray()).GetString();
    }

    private static Task<PbsSimulator> StartAsync(string? role) => PbsSimulator.StartAsync(new PbsSimulatorOptions
    {
        Delays = false,
        TaskDuration = TimeSpan.FromMilliseconds(5),
        Scenario = more =>
        {
            DefaultBackupServer.Build(more);
            more.AddToken("demo@pbs", "few", Secret);
            if (role is not null)
            {
                more.Grant("/datastore/store1", "demo@pbs!few", role);
            }
        },
    });

    private static CliHarness User(PbsSimulator server) => new CliHarness()
        .With("PBS_REPOSITORY", $"demo@pbs!few@{server.Endpoint.Host}:{server.Endpoint.Port}:store1")
        .With("PBS_PASSWORD", Secret)
        .With("PBS_FINGERPRINT", server.Fingerprint);
}
