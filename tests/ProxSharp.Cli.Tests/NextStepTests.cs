using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What errors advise: the right thing, and once.</summary>
public sealed class NextStepTests(SimulatedCluster cluster, SimulatedBackupServer backup) : IClassFixture<SimulatedCluster>, IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("api get /nodes/pve1/qemu/4711/config", "prox api get /nodes/pve1/qemu")]
    [InlineData("api get /nodes/pve1/qemu/4711/status/current", "prox api get /nodes/pve1/qemu")]
    [InlineData("api set /nodes/pve1/qemu/4711/config memory=512", "prox api get /nodes/pve1/qemu")]
    [InlineData("api get /nodes/nope/status", "prox api get /nodes")]
    [InlineData("api get /nodes/nope/qemu/100/config", "prox api get /nodes")]
    [InlineData("api get /pools/nope", "prox api get /pools")]
    public async Task Call_MissingObject_NamesTheListItWouldBeIn(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.EndsWith($"See what there is: {expected}", (await cli.LineAsync(line)).FailedWith(5), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm set staging --scsi3 nowhere:8", "There are the storages on pve1: ceph, ")]
    [InlineData("vm create x --node pve1 --scsi0 nowhere:8", "There are the storages on pve1: ceph, ")]
    [InlineData("vm clone staging copy --storage nowhere", "There are the storages on pve1: ceph, ")]
    [InlineData("vm backup staging --storage nowhere", "There are the storages on pve1: ceph, ")]
    [InlineData("vm migrate staging nowhere", "There are the nodes: pve1, pve2, pve3")]
    [InlineData("vm clone staging copy --target nowhere", "There are the nodes: pve1, pve2, pve3")]
    [InlineData("ct migrate dns nowhere", "There are the nodes: pve1, pve2, pve3")]
    [InlineData("vm create x --node nowhere", "There are the nodes: pve1, pve2, pve3")]
    [InlineData("api set /nodes/pve1/qemu/106/config scsi3=nowhere:8", "See what there is: prox api get /nodes/pve1/storage")]
    [InlineData("api create /nodes/pve1/qemu/106/migrate target=nowhere", "See what there is: prox api get /nodes")]
    public async Task Change_MissingStorageOrNode_NamesThoseThatThereAre(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        CliRun run = await cli.LineAsync(line);

        Assert.Equal(5, run.ExitCode);
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm agent ip", true)]
    [InlineData("vm start", true)]
    [InlineData("vm show", false)]
    public async Task Verb_NoGuestNamed_NamesAllOnlyWhereItIsAnOption(string line, bool takesAll)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Equal(takesAll, (await cli.LineAsync(line)).FailedWith(2).Contains("--all", StringComparison.Ordinal));
        Assert.Equal(takesAll, (await cli.LineAsync($"{line} --help")).Succeeded().Contains("--all", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_MissingDatastore_NamesTheListOfDatastores()
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");

        Assert.EndsWith("See what there is: prox api get /admin/datastore", (await cli.LineAsync("api create /admin/datastore/nowhere/gc --yes")).FailedWith(5), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api get /version --url nowhere.invalid --user root@pam --secret env:LAB_SECRET", 3, "Check")]
    [InlineData("api get /version --url 127.0.0.1:9 --user root@pam --secret env:LAB_SECRET", 3, "Check")]
    [InlineData("api set /cluster/options keyboard=de", 4, "privilege separation")]
    [InlineData("api create /nodes/pve1/qemu vmid=100 memory=512", 6, "Choose another id")]
    public async Task Call_Failure_AdvisesOnce(string line, int exitCode, string once)
    {
        using CliHarness cli = await cluster.UserAsync();

        string error = (await cli.LineAsync(line)).FailedWith(exitCode);

        Assert.Equal(2, error.Split(once).Length);
        Assert.DoesNotContain("..", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("authentication failure!", "authentication failure! Check the user or token id and its secret (prox context show).")]
    [InlineData("no ticket", "no ticket. No credentials arrived: configure them, and check that a proxy in between passes the Authorization and Cookie headers on.")]
    public async Task Get_LoginRefused_AdvisesOnce(string reason, string expected)
    {
        await using StubServer server = StubServer.Start(_ => StubReply.Http(401, reason, ""));
        using CliHarness cli = new CliHarness().With("S", "11111111-2222-3333-4444-555555555555");

        string line = (await cli.LineAsync(
            $"api get /version --url {server.Address.GetLeftPart(UriPartial.Authority)} --token-id root@pam!ci --secret env:S --fingerprint {server.Fingerprint}")).FailedWith(4);

        Assert.EndsWith($": {expected}", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api set /nodes/pve1/qemu/100/config foo=1")]
    [InlineData("api set /nodes/pve1/qemu/100/config zz=1")]
    [InlineData("api ls /xy")]
    public async Task Call_WordThatIsNotSimilar_SuggestsNothing(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.DoesNotContain("Did you mean", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api set /nodes/pve1/qemu/100/config boots=1", "Did you mean boot?")]
    [InlineData("api set /nodes/pve1/qemu/100/config naem=x", "Did you mean name?")]
    [InlineData("api set /nodes/pve1/qemu/100/config descriptoin=x", "Did you mean description?")]
    public async Task Call_WordThatIsSimilar_SuggestsTheNearest(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backup list --datastore nosuch", "prox datastore list")]
    [InlineData("datastore show nosuch", "prox datastore list")]
    public async Task Verb_MissingDatastore_NamesTheListOfDatastores(string line, string expected)
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");

        string error = (await cli.LineAsync(line)).FailedWith(5);

        Assert.EndsWith($"See what there is: {expected}", error, StringComparison.Ordinal);
        (await cli.LineAsync(expected["prox ".Length..])).Succeeded();
    }

    [Fact]
    public async Task Lists_OfABackupServer_ShowWhatPeopleLookFor()
    {
        using CliHarness cli = new();
        await backup.UseAsync(cli, "backup");
        (await cli.LineAsync("datastore gc start store1")).Succeeded();

        Assert.Matches(@"worker_type +worker_id +status +node", (await cli.LineAsync("task list")).Succeeded());
        Assert.Matches(@"  qemu-server.conf.blob, drive-scsi0.img.fidx, index.json.blob\n", (await cli.LineAsync("datastore snapshot list store1")).Succeeded());
    }

    [Theory]
    [InlineData("vm snapshot show web-1 nothing", "prox vm snapshot list web-1")]
    [InlineData("access user show nobody@pve", "prox access user list")]
    [InlineData("access group delete nothing --yes", "prox access group list")]
    [InlineData("pool delete nothing --yes", "prox pool list")]
    [InlineData("backup-job show nothing", "prox backup-job list")]
    [InlineData("sdn zone show nothing", "prox sdn zone list")]
    [InlineData("firewall alias show nothing", "prox firewall alias list")]
    [InlineData("datastore show nothing -c backup", "prox -c backup datastore list")]
    [InlineData("datastore gc start nothing -c backup", "prox -c backup datastore list")]
    [InlineData("pbs remote show nothing -c backup", "prox -c backup pbs remote list")]
    public async Task Verb_MissingObject_NamesTheListOfItsNoun(string line, string list)
    {
        using CliHarness cli = await BothAsync();

        Assert.EndsWith($"See what there is: {list}", (await cli.LineAsync(line)).FailedWith(5), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("access user list -c backup", "For this one: prox pbs access user list; or choose another one")]
    [InlineData("pbs access user list -c root", "For this one: prox access user list; or choose another one")]
    [InlineData("node list -c backup", "For this one: prox pbs node list; or choose another one")]
    [InlineData("vm list -c backup", "this command is about a Proxmox VE cluster. Choose another one")]
    [InlineData("datastore list -c root", "this command is about a backup server. Choose another one")]
    public async Task Verb_ContextOfTheOtherProduct_NamesWhatItHasThere(string line, string hint)
    {
        using CliHarness cli = await BothAsync();

        Assert.Contains(hint, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm --version", "Write: prox --version")]
    [InlineData("backup --version", "Write: prox --version")]
    [InlineData("backup-job create wk2 --schedule sun --storage local --all", "Write: prox backup-job create --id wk2 --schedule sun --storage local --all")]
    [InlineData("guest delete 300", "For a virtual machine: prox vm delete; for a container: prox ct delete")]
    [InlineData("vm set web-1 --onboot maybe", "The option '--onboot' is a switch, and 'maybe' behind it is neither true nor false, nor a guest")]
    [InlineData("backup etc.zip:src", "'.zip' is no kind of archive. Write etc.pxar:DIRECTORY")]
    [InlineData("task list --since 10", "Write how long ago it is (10m, 10h, 10d)")]
    public async Task Line_ThatIsNotUnderstood_NamesWhatIsMeant(string line, string meant)
    {
        using CliHarness cli = await BothAsync();

        Assert.Contains(meant, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("firewall rule create --type in --action ACCEPT --enable --dry-run", "enable=1")]
    [InlineData("firewall rule create --enable --type in --action ACCEPT --dry-run", "enable=1")]
    [InlineData("firewall rule create --enable 0 --type in --action ACCEPT --dry-run", "enable=0")]
    [InlineData("vm firewall rule create web-1 --type in --action DROP --enable --dry-run", "enable=1")]
    public async Task Enable_OfARule_MayStandAlone(string line, string parameter)
    {
        using CliHarness cli = await BothAsync();

        Assert.Contains(parameter, (await cli.LineAsync(line)).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("datastore namespace delete store1 acme", "Write: prox datastore namespace delete store1 --ns acme")]
    [InlineData("datastore namespace create store1 team/a", "Write: prox datastore namespace create store1 --parent team --name a")]
    [InlineData("datastore namespace create store1 --name team/a", "prox datastore namespace create store1 --parent team --name a")]
    [InlineData("datastore namespace create store1 --parent top --name team/a", "prox datastore namespace create store1 --parent top/team --name a")]
    [InlineData("namespace list store1", "Write: prox datastore namespace list store1")]
    [InlineData("datastore verify start store1", "Write: prox datastore verify store1")]
    [InlineData("datastore verify run store1 --ignore-verified", "Write: prox datastore verify store1 --ignore-verified")]
    [InlineData("datastore prune start store1", "Write: prox datastore prune store1")]
    public async Task Line_OfABackupServer_NamesTheLineThatIsMeant(string line, string meant)
    {
        using CliHarness cli = await BothAsync("backup");

        Assert.Contains(meant, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm list -customer1")]
    [InlineData("vm stop -customer1 --dry-run")]
    public async Task Selection_ExclusionThatIsTakenForAContext_SaysHowItIsWritten(string line)
    {
        using CliHarness cli = await BothAsync();

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains("'-customer1' is taken for the option -c with the value 'ustomer1', and there is no such context", error, StringComparison.Ordinal);
        Assert.Contains("as in @tag-web,-customer1, or behind --", error, StringComparison.Ordinal);
        Assert.Contains("There is no context 'ustomer1'. There are: ", (await cli.LineAsync("vm list -c ustomer1")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoveDisk_Question_IsInPlainWords()
    {
        using CliHarness cli = await BothAsync();

        Assert.Contains("to move a disk of VM 100 (web-1)", (await cli.LineAsync("vm move-disk web-1 scsi0 local --delete")).FailedWith(8), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContainerCreate_MissingTemplate_NamesTheOptionAndTheList()
    {
        using CliHarness cli = await BothAsync();

        CliRun run = await cli.LineAsync("ct create 399 --ostemplate local:vztmpl/nothing.tar.zst --rootfs local-lvm:4 --node pve1");

        run.FailedWithCode(9);
        Assert.EndsWith(
            "Correct --ostemplate; see which templates there are: prox storage content list local --node pve1 --content vztmpl\n", run.Errors, StringComparison.Ordinal);
    }

    private async Task<CliHarness> BothAsync(string current = "root")
    {
        CliHarness cli = await cluster.RootAsync();
        await backup.UseAsync(cli, "backup");
        (await cli.LineAsync($"context use {current}")).Succeeded();
        return cli;
    }
}
