using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What people who know other tools type, and what they are told.</summary>
public sealed class HabitTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    private static readonly HashSet<string> s_commands = [.. HelpTests.Walk().Select(static item => item.Path)];

    [Fact]
    public void Habits_All_LeadToCommandsThatExist()
    {
        Assert.All(Habits.All, static habit => Assert.True(
            habit.Command.Length == 0 ? habit.More.Length > 0 : s_commands.Contains(habit.Command), $"{habit.Typed} leads to '{habit.Command}'"));
        Assert.All(Habits.Programs, static program => Assert.Contains(program.Value, s_commands));
    }

    [Fact]
    public void Habits_All_AreNoCommandsThemselves()
    {
        Assert.All(Habits.All, static habit => Assert.DoesNotContain(habit.Typed, s_commands));
        Assert.All(Habits.Programs, static program => Assert.DoesNotContain(program.Key, s_commands));
        Assert.Equal(Habits.All.Count, Habits.All.Select(static habit => habit.Typed).Distinct().Count());
    }

    [Theory]
    [InlineData("qm list", "'qm' is 'prox vm' here")]
    [InlineData("qm status 100", "'prox vm show'")]
    [InlineData("qm clone 100 200 --full", "'qm' is 'prox vm' here")]
    [InlineData("pct enter 200", "'prox ct console'")]
    [InlineData("pvesm status", "'prox storage list'")]
    [InlineData("pvesh get /nodes", "'prox api'")]
    [InlineData("pveum acl modify /", "Write: prox access acl set --path / --roles ROLES")]
    [InlineData("vzdump 100", "'prox guest backup'")]
    [InlineData("proxmox-backup-manager datastore list", "'prox datastore'")]
    [InlineData("vm status 100", "That is 'prox vm show'")]
    [InlineData("guests list", "Write: prox guest list")]
    [InlineData("containers start dns", "Write: prox ct start dns")]
    [InlineData("vms web-1", "Write: prox vm list web-1")]
    [InlineData("access permissions ada@pve", "Write: prox access permissions --userid ada@pve")]
    [InlineData("access password ada@pve", "It is written behind its option: --userid ada@pve")]
    [InlineData("diff a.yaml", "Write: prox diff --file a.yaml")]
    [InlineData("firewall alias create a1 10.0.0.2", "Write: prox firewall alias create a1 --cidr 10.0.0.2")]
    [InlineData("vm agent file-read web-1 /tmp/x", "Write: prox vm agent file-read web-1 --file /tmp/x")]
    [InlineData("access token create a@pve ci", "There is 'prox access user token'")]
    [InlineData("access user rm a@pve", "There is 'prox access user delete'")]
    [InlineData("ha resource add vm:100", "There is 'prox ha resource create'")]
    [InlineData("replication remove 100-0", "There is 'prox replication delete'")]
    [InlineData("cluster firewall", "There is 'prox firewall'. Run: prox firewall --help")]
    [InlineData("cluster tasks", "There is 'prox task'. Run: prox task --help")]
    [InlineData("node disks pve1", "Did you mean 'disk'? Run: prox node --help")]
    [InlineData("vm log 100", "Write: prox task list --guest 100")]
    [InlineData("vm logs", "'prox task list --guest GUEST'")]
    [InlineData("vm list --tag prod,web", "Guests are picked by words, such as @node-pve1, @tag-web, @pool-prod or status=running; see: prox help selectors")]
    [InlineData("vm list --selector env=prod", "such as @node-pve1, @tag-web, @pool-prod or status=running")]
    [InlineData("vm list -A", "Without a selection it is all of them: prox vm list")]
    [InlineData("vm list --all", "Without a selection it is all of them: prox vm list")]
    [InlineData("context rename a b", "prox context add NEW URL makes another, and prox context remove OLD takes this one away")]
    [InlineData("vm agent exec web-1 ls --json", "Run: prox vm agent exec --help")]
    [InlineData("vm agent file-write web-1 /tmp/x", "The content is a text, or @ and a file. Write:")]
    [InlineData("vm snap list 100", "Write: prox vm snapshot list 100")]
    [InlineData("node updates pve1", "Write: prox node apt list pve1")]
    [InlineData("vm agent network-get-interfaces 100", "Write: prox vm agent ip 100")]
    [InlineData("access user passwd a@pve", "'prox access password --userid USER --password env:SECRET'")]
    [InlineData("vm rm 100", "That is 'prox vm delete'")]
    [InlineData("vm snapshot 100 before", "'prox vm snapshot create GUEST NAME'")]
    [InlineData("vm snapshot creat 100", "Did you mean 'create'?")]
    [InlineData("vm disk resize 100 scsi0 +1G", "'prox vm resize'")]
    [InlineData("vm unlock 100", "Run qm unlock on the node; over the API only root@pam with its password may, and no token")]
    [InlineData("vm showcmd 100", "run qm showcmd on the node")]
    [InlineData("ct push 200 a b", "pct push on the node")]
    [InlineData("storage add nfs x", "Write: prox storage create x --type nfs")]
    [InlineData("storage create dir mydir", "Write: prox storage create mydir --type dir")]
    [InlineData("storage create mydir dir", "Write: prox storage create mydir --type dir")]
    [InlineData("access user permissions a@pve", "Write: prox access permissions --userid a@pve")]
    [InlineData("node reboot pve1", "'prox node power NODE --command reboot'")]
    [InlineData("context delete lab", "'prox context remove'")]
    [InlineData("datastore gc store1", "'prox datastore gc start DATASTORE'")]
    [InlineData("datastore gc status store1", "There is 'prox datastore gc show'. Write: prox datastore gc show store1")]
    [InlineData("datastore gc log store1", "Write: prox datastore gc show store1")]
    [InlineData("datastore gc list", "There is 'prox datastore gc show'")]
    [InlineData("datastore gc stop store1", "prox pbs task delete UPID stops it")]
    [InlineData("vm snapshot remove web-1 x", "Write: prox vm snapshot delete web-1 x")]
    [InlineData("vm snapshot del web-1 x", "Write: prox vm snapshot delete web-1 x")]
    [InlineData("ct snapshot destroy dns x", "Write: prox ct snapshot delete dns x")]
    [InlineData("vm snapshot revert web-1 x", "Write: prox vm snapshot rollback web-1 x")]
    [InlineData("vm snapshot restore web-1 x", "Write: prox vm snapshot rollback web-1 x")]
    [InlineData("vm snapshot stop web-1 x", "Run: prox vm snapshot --help")]
    [InlineData("vm tag add web-1 x", "--tags 'OLD;NEW' replaces those that it has")]
    [InlineData("ct tags dns", "prox ct list GUEST --fields name,tags")]
    [InlineData("replication run 102-0", "'prox node replication schedule-now NODE 102-0'")]
    [InlineData("pvesr run --id 102-0", "'prox node replication schedule-now NODE ID'")]
    [InlineData("cluster options get", "Write: prox cluster options show")]
    [InlineData("backup-job get", "Write: prox backup-job list")]
    [InlineData("backup-job get nightly", "Write: prox backup-job show nightly")]
    [InlineData("storage get local", "Write: prox storage show local")]
    [InlineData("context get", "Write: prox context show")]
    [InlineData("snapshot ls 100", "'prox vm snapshot list'")]
    [InlineData("access acl set / --roles PVEAuditor --users demo@pve", "--path /.")]
    [InlineData("storage content upload local x.iso", "'prox storage upload STORAGE --content iso --filename @FILE'")]
    [InlineData("access tfa show root@pam", "There is 'prox access tfa list'")]
    [InlineData("ceph osd show 0", "There is 'prox ceph osd list'")]
    [InlineData("cluster options list", "There is 'prox cluster options show'")]
    [InlineData("vm sendkey web-2 ctrl-alt-delete", "Write: prox vm sendkey web-2 --key ctrl-alt-delete")]
    [InlineData("qm sendkey 101 ctrl-alt-delete", "'qm' is 'prox vm' here")]
    [InlineData("vm cloudinit dump web-2 user", "Write: prox vm cloudinit dump web-2 --type user")]
    [InlineData("api set --apply /nodes/pve1/qemu/100/config memory=512", "It belongs to prox undo and prox retire")]
    [InlineData("plan create --apply api set /nodes/pve1/qemu/100/config memory=512", "is applied with: prox plan apply PLAN")]
    [InlineData("vm set 100 --memory 512 --snapshot-first", "prox plan create --snapshot-first COMMAND")]
    [InlineData("api set /nodes/pve1/qemu/100/config --memory 512", "Parameters are written without dashes: memory=512")]
    [InlineData("api set /nodes/pve1/qemu/100/config --memory=512", "without dashes: memory=512")]
    [InlineData("api create /nodes/pve1/qemu/100/clone --newid 300 --full", "without dashes: newid=300")]
    [InlineData("api get /nodes/pve1/tasks --limit 5", "without dashes: limit=5")]
    [InlineData("api get /version --dry-rum", "Did you mean '--dry-run'?")]
    [InlineData("vm resize 300 --disk scsi0 --size +1G", "prox vm resize GUEST DISK SIZE")]
    [InlineData("ct resize 200 rootfs --size +1G", "prox ct resize GUEST DISK SIZE")]
    [InlineData("vm migrate web-2 --target pve1", "prox vm migrate GUEST NODE")]
    [InlineData("task list --errors", "prox task list --failed")]
    [InlineData("ha resource migrate 100 --target pve2", "prox ha resource migrate GUEST NODE")]
    [InlineData("get vms", "prox vm list")]
    [InlineData("chart web-1", "prox vm chart web-1")]
    [InlineData("describe vm web-1", "prox vm show web-1")]
    [InlineData("logs web-1", "'prox task list --guest GUEST'")]
    [InlineData("task list --typefilter vzdump", "prox task list --type TYPE")]
    [InlineData("task list --runing", "Did you mean '--running'?")]
    [InlineData("job list", "prox backup-job list")]
    [InlineData("vms list", "That is 'prox vm list'. Write: prox vm list")]
    [InlineData("guests list @tag-prod", "Write: prox guest list @tag-prod")]
    [InlineData("storage prune-backups local", "prox storage prune")]
    [InlineData("pool add web", "prox pool create POOL")]
    [InlineData("pool add web --vms 100", "prox pool set POOL --vms 100,101")]
    [InlineData("vm top", "Write: prox top")]
    [InlineData("ct top", "Write: prox top")]
    [InlineData("node top", "Write: prox top")]
    [InlineData("node drain pve1", "'prox node migrateall pve1 --target OTHER --all'")]
    [InlineData("node cordon pve1", "run ha-manager crm-command node-maintenance enable NODE (or disable NODE) on a node")]
    [InlineData("node maintenance enable pve1", "prox node migrateall NODE --target OTHER")]
    [InlineData("node stats pve1", "Write: prox node chart pve1")]
    [InlineData("vm vzdump web-1", "Write: prox vm backup web-1")]
    [InlineData("vm inspect web-1", "Write: prox vm show web-1")]
    [InlineData("vm stats web-1", "Write: prox vm chart web-1")]
    [InlineData("vm info web-1", "Write: prox vm show web-1")]
    [InlineData("whoami", "prox context show; what that login may do: prox access permissions")]
    [InlineData("use-context lab", "Write: prox context use lab")]
    [InlineData("context switch lab", "Write: prox context use lab")]
    [InlineData("task tail UPID:x", "Write: prox task log UPID:x --follow")]
    [InlineData("backup login", "prox backup has no 'login': no ticket is kept. Give the secret with PBS_PASSWORD")]
    [InlineData("backup logout", "has no 'logout': no ticket is kept")]
    [InlineData("vm start web-1 -y", "asks nothing, and has no -y")]
    [InlineData("vm delete web-1 -f", "What goes on without a question is --yes. Write: prox vm delete web-1 --yes")]
    [InlineData("vm delete web-1 --force", "Write: prox vm delete web-1 --yes")]
    [InlineData("vm list -n pve1", "Write: prox vm list @node-pve1")]
    [InlineData("vm list -q", "Names alone are -o name. Write: prox vm list -o name")]
    [InlineData("vm resize web-1 scsi0 -1G", "'-1G' would make the disk smaller, and disks cannot shrink")]
    [InlineData("ct resize dns rootfs -512M", "disks cannot shrink")]
    [InlineData("explain storage", "Name one: prox explain storage ")]
    [InlineData("explain access user", "all of them: prox access user --help")]
    public async Task Line_OfAnotherTool_NamesTheCommand(string line, string expected)
    {
        using CliHarness cli = new();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_OfAnyThing_IsNeverToSet()
    {
        using CliHarness cli = new();
        string[] things = [.. s_commands.Where(static path => path.EndsWith(" set", StringComparison.Ordinal)).Select(static path => path[..^" set".Length])
            .Where(static thing => !s_commands.Contains($"{thing} get"))];

        Assert.True(things.Length > 100);
        foreach (string thing in things)
        {
            Assert.DoesNotContain("set'", (await cli.LineAsync($"{thing} get")).FailedWith(2), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--all")]
    [InlineData("--param-all")]
    public async Task BackupJob_OfAllGuests_IsSaidWithAll(string option)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("all=1", (await cli.LineAsync($"backup-job create {option} --storage local --schedule daily --dry-run")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("foo.iso")]
    [InlineData("@foo.iso")]
    public async Task Upload_NameOfAFile_IsSent(string name)
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("foo.iso", "content");

        (await cli.RunAsync("storage", "upload", "local", "--content", "iso", "--filename", name, "--node", "pve1")).Succeeded();

        Assert.Contains("foo.iso", (await cli.LineAsync("storage content list local --node pve1 -o csv")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("storage upload local bar.iso --node pve1", "iso")]
    [InlineData("storage upload local @bar.iso --node pve1", "iso")]
    [InlineData("storage upload local --node pve1 --content iso bar.iso", "iso")]
    [InlineData("storage upload local bar.tar.zst --node pve1", "vztmpl")]
    [InlineData("storage upload local --filename bar.iso --node pve1", "iso")]
    public async Task Upload_FileBehindTheStorage_IsSentAsWhatItIs(string line, string content)
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("bar.iso", "content");
        cli.Write("bar.tar.zst", "content");

        CliRun run = await cli.LineAsync($"{line} --dry-run");

        Assert.Contains($"content={content}", run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("POST /nodes/pve1/storage/local/upload", run.Output, StringComparison.Ordinal);
        (await cli.LineAsync(line)).Succeeded();
    }

    [Fact]
    public async Task Upload_TwoFiles_IsAMistake()
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("bar.iso", "content");

        Assert.Contains("Two files are named", (await cli.LineAsync("storage upload local bar.iso --filename @foo.iso")).FailedWith(2), StringComparison.Ordinal);
        Assert.Contains("'a/b.iso' cannot be the name", (await cli.LineAsync("storage upload local bar.iso --filename a/b.iso")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_FileAndAName_IsStoredUnderTheName()
    {
        using CliHarness cli = await cluster.UserAsync();
        cli.Write("download.tmp", "content");

        (await cli.LineAsync("storage upload local download.tmp --filename renamed.iso --node pve2")).Succeeded();

        string names = (await cli.LineAsync("storage content list local --node pve2 -o name")).Succeeded();
        Assert.Contains("local:iso/renamed.iso", names, StringComparison.Ordinal);
        Assert.DoesNotContain("download", names, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_NoSuchFile_IsSaid()
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(
            "does not exist", (await cli.LineAsync("storage upload local --content iso --filename nowhere.iso")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm stop '*' --dry-run")]
    [InlineData("ct shutdown web-1,** --dry-run")]
    [InlineData("guest stop @node-* --dry-run")]
    public async Task Pattern_ThatFitsEverything_IsNoWayToMeanAll(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains("--all", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm list running", "Those in that state are: status=running")]
    [InlineData("vm list pve1", "Those on that node are: @node-pve1")]
    [InlineData("vm show web", "Those with that tag are: @tag-web")]
    [InlineData("vm list all", "All of them are: @all")]
    public async Task Guest_ThatIsAWordOfSelections_ShowsItsSign(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync(line)).FailedWith(5), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm list '*'")]
    [InlineData("vm config '*'")]
    [InlineData("vm stop 'web*' --dry-run")]
    [InlineData("vm stop status=running --dry-run")]
    [InlineData("vm stop --all --dry-run")]
    public async Task Pattern_ThatIsNarrowerOrOnlyReads_IsTaken(string line)
    {
        using CliHarness cli = await cluster.UserAsync();

        (await cli.LineAsync(line)).Succeeded();
    }
}
