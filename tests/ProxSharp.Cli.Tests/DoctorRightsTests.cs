using ProxSharp.AccessControl;
using ProxSharp.Cli.Agents;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Doctor;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Cli.Tests;

/// <summary>What the doctor says a user or token cannot do, and the commands that let it.</summary>
public sealed class DoctorRightsTests(SimulatedBackupServer backup) : IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData(null, TokenLimit.None, null, "a@pve")]
    [InlineData("a@pve!t", TokenLimit.Separated, true, "a@pve!t")]
    [InlineData("a@pve!t", TokenLimit.Separated, null, "a@pve!t")]
    [InlineData("a@pve!t", TokenLimit.UserLacksItToo, false, "a@pve")]
    [InlineData("a@pve!t", TokenLimit.Unknown, false, "a@pve")]
    [InlineData("a@pve!t", TokenLimit.UserLacksItToo, true, "a@pve a@pve!t")]
    [InlineData("a@pve!t", TokenLimit.Unknown, null, "a@pve a@pve!t")]
    [InlineData("root@pam!t", TokenLimit.Unknown, null, "root@pam!t")]
    public void Whom_WhoLacksIt_GetsIt(string? token, TokenLimit limit, bool? isSeparated, string expected) =>
        Assert.Equal(expected, string.Join(' ', Grants.Whom(Context(token), limit, isSeparated)));

    [Theory]
    [InlineData("A.1 B.1", "", "Both ", "")]
    [InlineData("A.1 B.1 C.1", "Both", "", "C.1")]
    [InlineData("A.1 C.1", "", "One ", "C.1")]
    [InlineData("A.1", "Both", "", "")]
    public void Kept_RolesOnThePath_StandBesideTheNewOne(string has, string added, string names, string rest)
    {
        Dictionary<string, string[]> known = new() { ["One"] = ["A.1"], ["Both"] = ["A.1", "B.1"], ["None"] = [] };

        KeptRoles kept = KeptRoles.Of(known, [.. has.Split(' ')], added.Split(' '));

        Assert.Equal(names, string.Concat(kept.Names.Select(static name => $"{name} ")));
        Assert.Equal(rest, string.Join(' ', kept.Rest));
    }

    [Theory]
    [InlineData(false, "", "--roles PVEVMAdmin,PVEAuditor --users weak@pve\n")]
    [InlineData(true, "", "--users weak@pve && pveum acl modify /vms --roles PVEVMAdmin,PVEAuditor --tokens 'weak@pve!ops'\n")]
    [InlineData(true, "PVEVMAdmin", "/vms --roles PVEVMAdmin --tokens 'weak@pve!ops'\n")]
    public async Task Doctor_Token_NamesWhoNeedsTheEntry(bool isSeparated, string roleOfUser, string expected)
    {
        string output = await AtClusterAsync(
            cluster =>
            {
                cluster.Grant("/", "weak@pve", "PVEAuditor").Grant("/", "weak@pve!ops", "PVEAuditor");
                if (roleOfUser.Length > 0)
                {
                    cluster.Grant("/vms", "weak@pve", roleOfUser);
                }
            },
            isSeparated);

        Assert.Contains("ok    can         see guests", output, StringComparison.Ordinal);
        Assert.Contains("pveum acl modify /vms --roles PVEVMAdmin", output, StringComparison.Ordinal);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Contains("pveum role add ProxSysModify --privs Sys.Modify; pveum acl modify /nodes --roles ProxSysModify,PVEAuditor --", output, StringComparison.Ordinal);
        Assert.Contains("change the cluster: options, firewall, backup jobs", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_BackupServer_HasATableToo()
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");

        string output = (await cli.LineAsync("doctor")).Output;

        Assert.Contains("ok    can         make backups", output, StringComparison.Ordinal);
        Assert.Contains("ok    can         manage users and permissions", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_BackupServerTokenOfOneStore_CanThereAndIsToldTheRest()
    {
        string output = await AtBackupServerAsync("/datastore/store1");

        Assert.Contains("ok    can         make backups: on /datastore/store1\n", output, StringComparison.Ordinal);
        Assert.Contains("ok    can         see backups: its own on /datastore/store1\n", output, StringComparison.Ordinal);
        Assert.Contains("ok    can         read and restore backups: its own on /datastore/store1\n", output, StringComparison.Ordinal);
        Assert.Contains("-> for all backups: proxmox-backup-manager acl update /datastore DatastoreReader --auth-id", output, StringComparison.Ordinal);
        Assert.Contains("note  cannot      prune backups", output, StringComparison.Ordinal);
        Assert.Contains("-> for all datastores: proxmox-backup-manager acl update /datastore DatastorePowerUser", output, StringComparison.Ordinal);
        Assert.Contains("note  cannot      manage users and permissions", output, StringComparison.Ordinal);
        Assert.Contains("proxmox-backup-manager acl update /access Admin --auth-id weak@pbs", output, StringComparison.Ordinal);
        Assert.Contains("proxmox-backup-manager acl update /access Admin --auth-id 'weak@pbs!ops'", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/datastore", "see backups: its own\n")]
    [InlineData("/datastore/store1/customers", "see backups: its own on /datastore/store1/customers\n")]
    public async Task Doctor_BackupServerTokenOfOwner_SeesItsOwn(string path, string expected) =>
        Assert.Contains($"ok    can         {expected}", await AtBackupServerAsync(path), StringComparison.Ordinal);

    [Fact]
    public async Task Doctor_DatastoreWithoutFigures_SaysThatTheyAreNotSeen()
    {
        string output = string.Join(' ', (await AtBackupServerAsync("/datastore/store1/customers")).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

        Assert.Contains("store1 is there; this user or token may not see how full it is (Datastore.Audit on /datastore/store1)", output, StringComparison.Ordinal);
        Assert.DoesNotContain("store1 is 0 % full", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/vms/100", "PVEVMUser", "see guests: 1 of them, on /vms/100\n")]
    [InlineData("/vms/100", "PVEVMUser", "start and stop guests: 1 of them, on /vms/100\n")]
    [InlineData("/pool/production", "PVEVMAdmin", "see guests: 4 of them, on /pool/production\n")]
    [InlineData("/pool/production", "PVEVMAdmin", "make and destroy guests: 4 of them, on /pool/production\n")]
    [InlineData("/storage/local", "PVEDatastoreUser", "use storages: on /storage/local\n")]
    [InlineData("/nodes/pve1", "PVEAuditor", "read the state of nodes: on /nodes/pve1\n")]
    [InlineData("/access/groups", "PVEUserAdmin", "manage users: on /access/groups\n")]
    public async Task Doctor_TokenOfAPart_CanThereAndIsToldWhatWidensIt(string path, string role, string expected)
    {
        string output = await AtClusterAsync(cluster => cluster.Grant(path, "weak@pve", role).Grant(path, "weak@pve!ops", role));

        Assert.Contains($"ok    can         {expected}", output, StringComparison.Ordinal);
        Assert.DoesNotContain($"cannot      {expected.Split(':')[0]}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_TokenOfAGuest_SaysThatCommandsAreForAll()
    {
        string output = await AtClusterAsync(static cluster => cluster.Grant("/vms/100", "weak@pve", "PVEVMUser").Grant("/vms/100", "weak@pve!ops", "PVEVMUser"));

        Assert.Contains("-> for all guests: pveum acl modify /vms --roles PVEVMUser --users", output, StringComparison.Ordinal);
        Assert.Contains("note  cannot      clone guests", output, StringComparison.Ordinal);
        Assert.Contains("-> for all guests: pveum acl modify /vms --roles PVEVMAdmin --users", output, StringComparison.Ordinal);
        Assert.Contains("-> pveum acl modify /storage --roles PVEDatastoreUser", output, StringComparison.Ordinal);
        Assert.Contains("-> pveum role add ProxPermissionsModify", output, StringComparison.Ordinal);
    }

    private static async Task<string> AtBackupServerAsync(string path)
    {
        await using PbsSimulator simulator = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions
            {
                Delays = false,
                Scenario = server =>
                {
                    DefaultBackupServer.Build(server);
                    server.AddUser("weak@pbs", "weak-password").AddToken("weak@pbs", "ops", DefaultBackupServer.TokenSecret).Grant(
                        path, "weak@pbs", "DatastoreBackup").Grant(path, "weak@pbs!ops", "DatastoreBackup");
                },
            },
            TestContext.Current.CancellationToken);
        using CliHarness cli = new CliHarness().With("BACKUP_SECRET", DefaultBackupServer.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "backup", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--product", "pbs", "--token-id", "weak@pbs!ops", "--secret",
            "env:BACKUP_SECRET", "--fingerprint", simulator.Fingerprint, "--use")).Succeeded();
        return (await cli.LineAsync("doctor")).Output;
    }

    private static async Task<string> AtClusterAsync(Action<ClusterBuilder> grant, bool isSeparated = true)
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(
            new PveSimulatorOptions
            {
                Delays = false,
                Scenario = cluster =>
                {
                    DefaultCluster.Build(cluster);
                    cluster.AddUser("weak@pve", "weak-password").AddToken("weak@pve", "ops", DefaultCluster.TokenSecret, isSeparated);
                    grant(cluster);
                },
            },
            TestContext.Current.CancellationToken);
        using CliHarness cli = new CliHarness().With("LAB_SECRET", DefaultCluster.TokenSecret);
        (await cli.RunAsync(
            "context", "add", "lab", simulator.Endpoint.GetLeftPart(UriPartial.Authority), "--token-id", "weak@pve!ops", "--secret", "env:LAB_SECRET",
            "--fingerprint", simulator.Fingerprint, "--use")).Succeeded();
        CliRun run = await cli.LineAsync("doctor");
        Assert.Equal("", run.Errors);
        return run.Output;
    }

    private static ServerContext Context(string? token) => new()
    {
        Product = ProxmoxProduct.VirtualEnvironment,
        Endpoints = [],
        TokenId = token,
        User = token is null ? "a@pve" : null,
    };
}
