using ProxSharp.Cli.Completion;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

public sealed class CompletionTests(SimulatedCluster cluster, SimulatedBackupServer backups) : IClassFixture<SimulatedCluster>, IClassFixture<SimulatedBackupServer>
{
    [Theory]
    [InlineData("prox sta", "")]
    [InlineData("prox v", "version vm vnc")]
    [InlineData("prox vm sta", "start")]
    [InlineData("prox vm snapshot r", "rollback")]
    [InlineData("prox vm start web", "web-1 web-2")]
    [InlineData("prox ct start d", "dns")]
    [InlineData("prox vm start 10", "100 101 102 103 104 105 106")]
    [InlineData("prox vm stop @tag-w", "@tag-web")]
    [InlineData("prox vm stop @tag-web,-we", "@tag-web,-web-1 @tag-web,-web-2")]
    [InlineData("prox -c l", "lab")]
    [InlineData("prox --context ", "lab")]
    [InlineData("prox --context=", "--context=lab")]
    [InlineData("prox -c lab vm start web", "web-1 web-2")]
    [InlineData("prox --context=nowhere vm start web", "")]
    [InlineData("prox vm list --context=l", "--context=lab")]
    [InlineData("prox vm list -o=j", "-o=json -o=jsonl")]
    [InlineData("prox vm set web-1 --bios=o", "--bios=ovmf")]
    [InlineData("prox api get /nodes/", "/nodes/pve1 /nodes/pve2 /nodes/pve3")]
    [InlineData("prox api get /cluster/ba", "/cluster/backup /cluster/backup-info")]
    [InlineData("prox api get /nodes/pve1/lxc/", "/nodes/pve1/lxc/200 /nodes/pve1/lxc/201 /nodes/pve1/lxc/202 /nodes/pve1/lxc/203")]
    [InlineData("prox api get /nothing/", "")]
    [InlineData("prox explain /nodes/", "/nodes/pve1 /nodes/pve2 /nodes/pve3 /nodes/{node}")]
    [InlineData("prox explain /ver", "/version")]
    [InlineData("prox explain tas", "task")]
    [InlineData("prox vm stop web-1,web", "web-1,web-1 web-1,web-2")]
    [InlineData("prox vm migrate web-1 p", "pve1 pve2 pve3")]
    [InlineData("prox vm migrate web-1 pve2 x", "")]
    [InlineData("prox vm set web-1 --mem", "--memory")]
    [InlineData("prox vm set web-1 --bios o", "ovmf")]
    [InlineData("prox storage content list c", "ceph")]
    [InlineData("prox vm list -o j", "json jsonl")]
    [InlineData("prox vm list -c l", "lab")]
    [InlineData("prox vm list -c nowhere web", "")]
    [InlineData("prox node show \"pve", "pve1 pve2 pve3")]
    [InlineData("prox context use l", "lab")]
    [InlineData("prox context remove l", "lab")]
    [InlineData("prox context add l", "")]
    [InlineData("prox help sel", "selectors")]
    [InlineData("prox help vm sna", "snapshot")]
    [InlineData("prox man vm sna", "snapshot")]
    [InlineData("prox man sel", "")]
    [InlineData("prox explain vm sna", "snapshot")]
    [InlineData("prox help vm snapshot ro", "rollback")]
    [InlineData("prox help nothing x", "")]
    [InlineData("prox backup-job create --vmid web-1,d", "web-1,db-1 web-1,db-2 web-1,debian-13-template web-1,dns")]
    [InlineData("prox pool set production --vms 20", "200 201 202 203")]
    [InlineData("prox vm create --scsi0 loc", "local-lvm: local:")]
    [InlineData("prox vm set web-1 --scsi1=c", "--scsi1=ceph:")]
    [InlineData("prox ct create x --rootfs c", "ceph:")]
    [InlineData("prox vm stop status=", "status=running status=stopped")]
    [InlineData("prox vm stop web-1,status=r", "web-1,status=running")]
    [InlineData("prox vm set web-1 --delete cor", "cores")]
    [InlineData("prox vm set 100 --delete cores,mem", "cores,memory")]
    [InlineData("prox vm set nobody --delete cor", "")]
    [InlineData("prox vm resize web-1 scs", "scsi0")]
    [InlineData("prox backup list --datastore s", "")]
    [InlineData("prox vm list --fields vmid,ma", "vmid,maxcpu vmid,maxdisk vmid,maxmem")]
    [InlineData("prox vm list --sort -ma", "-maxcpu -maxdisk -maxmem")]
    [InlineData("prox storage list --fields plug", "plugintype")]
    [InlineData("prox api get /nodes/pve1/qemu --fields cpu", "cpu cpus")]
    [InlineData("prox access user show ro", "root@pam")]
    [InlineData("prox access user token delete demo@pve c", "ci")]
    [InlineData("prox access user create ro", "")]
    [InlineData("prox pool show prod", "production")]
    [InlineData("prox plan apply ", "")]
    [InlineData("prox undo ", "")]
    [InlineData("prox ha resource create web", "web-1 web-2")]
    [InlineData("prox ha resource create vm:st", "vm:staging")]
    [InlineData("prox ha resource create ct:", "ct:200 ct:201 ct:202 ct:203 ct:dns ct:monitoring ct:proxy ct:wiki")]
    [InlineData("prox ha rule create r --resources staging,ct:d", "staging,ct:dns")]
    [InlineData("prox replication create web-1", "web-1-0")]
    public async Task Complete_Line_OffersWords(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        string output = (await cli.RunAsync("complete", "--line", line)).Succeeded();

        string[] words = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static item => item.Split('\t')[0]).Where(
            word => expected.Length > 0 || word.Length > 0)];
        Assert.Equal(expected, string.Join(' ', words.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("prox apply -f sim", "")]
    [InlineData("prox diff --file=", "--file=")]
    [InlineData("prox storage upload local ti", "")]
    [InlineData("prox login https://pve1:8006 --ca-file /et", "")]
    [InlineData("prox vm set web-1 --description @ti", "@")]
    [InlineData("prox vm set web-1 --description @@ti", null)]
    [InlineData("prox context add lab2 https://pve1:8006 --secret file:/tmp/re", "file:")]
    [InlineData("prox context add lab2 https://pve1:8006 --secret=file:/tmp/re", "--secret=file:")]
    [InlineData("prox simulate --replay ", "")]
    [InlineData("prox api create /nodes/pve1/hosts data=@ho", "data=@")]
    [InlineData("prox api create /nodes/pve1/hosts data=ho", null)]
    [InlineData("prox backup create etc.pxar:/et", "etc.pxar:")]
    [InlineData("prox backup create etc", null)]
    [InlineData("prox backup restore host/web-1 etc.pxar ou", "")]
    [InlineData("prox backup key create ke", "")]
    [InlineData("prox backup ls host/web-1 etc.pxar ho", null)]
    [InlineData("prox ha resource create ", null)]
    [InlineData("prox vm start @ta", null)]
    [InlineData("prox vm start ", null)]
    [InlineData("prox vm set web-1 --memory 2", null)]
    public async Task Complete_Line_SaysWhereFilesBelong(string line, string? front)
    {
        using CliHarness cli = await cluster.UserAsync();
        string[] lines = (await cli.RunAsync("complete", "--files", "--line", line)).Succeeded().Split('\n');
        Assert.Equal(front is null ? [] : [$":files\t{front}"], lines.Where(static item => item.StartsWith(":files", StringComparison.Ordinal)));
        Assert.DoesNotContain(":files", (await cli.RunAsync("complete", "--line", line)).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Complete_SnapshotsAndTasks_OffersThoseThatThereAre()
    {
        using CliHarness cli = await cluster.UserAsync();
        (await cli.LineAsync("vm snapshot create web-2 tab-key --description 'before the\nchange'")).Succeeded();

        string snapshots = (await cli.RunAsync("complete", "--line", "prox vm snapshot rollback web-2 tab")).Succeeded();
        string none = (await cli.RunAsync("complete", "--line", "prox vm snapshot create web-2 tab")).Succeeded();
        string tasks = (await cli.RunAsync("complete", "--line", "prox task wait UPID:")).Succeeded();

        Assert.StartsWith("tab-key", snapshots, StringComparison.Ordinal);
        Assert.Single(snapshots.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("", none);
        Assert.Contains(tasks.Split('\n'), static line => line.Contains(":qmsnapshot:101:", StringComparison.Ordinal) && line.EndsWith("\tqmsnapshot 101, OK", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("backup-job create --id tab-job --schedule daily --storage local --all", "backup-job set", "tab-job")]
    [InlineData("pool create tab-pool", "pool delete", "tab-pool")]
    [InlineData("ha resource create vm:106", "ha resource delete", "vm:106")]
    public async Task Complete_WhatAListHas_OffersItsItems(string create, string verb, string item)
    {
        using CliHarness cli = await cluster.RootAsync();
        (await cli.LineAsync(create)).Succeeded();
        string[] words = (await cli.RunAsync("complete", "--line", $"prox {verb} ")).Succeeded().Split('\n');
        Assert.Contains(words, word => word.Split('\t')[0] == item);
        Assert.Equal("", (await cli.RunAsync("complete", "--line", $"prox {verb} nothing-of-that-name")).Succeeded());
    }

    [Fact]
    public async Task Complete_PlansAndLedger_OffersThoseThatFit()
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        (await cli.LineAsync("plan create vm set staging --memory 3072")).Succeeded();
        string first = (await cli.LineAsync("plan list --open -o name")).Succeeded()[..12];
        (await cli.LineAsync($"plan apply {first}")).Succeeded();
        (await cli.LineAsync("plan create vm set staging --memory 4096")).Succeeded();
        string second = (await cli.LineAsync("plan list --open -o name")).Succeeded()[..12];

        Assert.StartsWith($"{second}\tPOST /nodes/pve1/qemu/106/config memory=4096", await WordsAsync("prox plan apply "), StringComparison.Ordinal);
        Assert.Single((await WordsAsync("prox approve ")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(first, await WordsAsync("prox plan show "), StringComparison.Ordinal);
        Assert.StartsWith("2\tPOST /nodes/pve1/qemu/106/config memory=3072", await WordsAsync("prox undo "), StringComparison.Ordinal);

        async Task<string> WordsAsync(string line) => (await cli.RunAsync("complete", "--line", line)).Succeeded();
    }

    [Fact]
    public async Task Complete_BackupServer_OffersDatastoresGroupsAndTasks()
    {
        using CliHarness cli = await cluster.UserAsync();
        await backups.UseAsync(cli, "backups");
        async Task<string[]> Words(string line) =>
            [.. (await cli.RunAsync("complete", "--line", line)).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static item => item.Split('\t')[0])];
        string[] groups = (await cli.LineAsync("backup list --datastore store1 -o name")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] snapshots = (await cli.LineAsync("backup snapshots --datastore store1 -o name")).Succeeded().Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Contains("store1", await Words("prox datastore show sto"));
        Assert.Contains("store1", await Words("prox backup list --datastore sto"));
        Assert.NotEmpty(groups);
        Assert.Equal(groups.Concat(snapshots).Order(), (await Words("prox backup restore --datastore store1 ")).Order());
        Assert.Equal(groups.Order(), (await Words("prox backup prune --datastore store1 ")).Order());
        Assert.Equal(groups.Order(), (await Words("prox datastore group delete store1 ")).Order());
        Assert.Equal(groups.Concat(snapshots).Order(), (await Words("prox datastore snapshot delete store1 ")).Order());
        Assert.Empty(await Words("prox backup restore "));
    }

    [Fact]
    public async Task Complete_NamesThatNeedQuotes_OffersThemWhole()
    {
        using CliHarness cli = await cluster.UserAsync();
        (await cli.RunAsync("complete", "--line", "prox vm start web")).Succeeded();
        string cache = Assert.Single(Directory.GetFiles(Path.Combine(cli.Home, ".cache", "prox"), "names-*.json"));
        await File.WriteAllTextAsync(
            cache,
            """[{"type":"qemu","vmid":900,"name":"two words","node":"pve1"},{"type":"qemu","vmid":901,"name":"-all","node":"pve1"},{"type":"qemu","vmid":902,"name":"it's","node":"pve1"},{"type":"qemu","vmid":904,"name":"日本 語","node":"pve1"},{"type":"qemu","vmid":905,"name":"a,b","node":"pve1"},{"type":"qemu","vmid":903,"name":"plain","node":"pve1"}]""",
            TestContext.Current.CancellationToken);

        string[] words = (await cli.RunAsync("complete", "--line", "prox vm start ")).Succeeded().Split('\n');

        string[] named = [.. words.Select(static item => item.Split('\t')[0]).Where(static word => word.Length > 0 && word[0] != '@' && !word.Contains('='))];
        Assert.Equal(["two words", "it's", "日本 語", "plain", "900", "901", "902", "904", "905", "903"], named);

        // Behind a comma stands what a selection takes; bash is told what it has to insert.
        Assert.StartsWith("plain,plain\t", (await cli.RunAsync("complete", "--line", "prox vm start plain,p")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal("", (await cli.RunAsync("complete", "--line", "prox vm start plain,two")).Succeeded());
        Assert.StartsWith("two\\ words\t", (await Bash("prox vm start tw", "tw")).Succeeded(), StringComparison.Ordinal);
        Assert.StartsWith("two words\t", (await Bash("prox vm start 'two w", "two w")).Succeeded(), StringComparison.Ordinal);
        Assert.StartsWith("it'\\''s\t", (await Bash("prox vm start 'it", "it")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal("lab\tpve\n", (await Bash("prox vm list --context=", "")).Succeeded());

        Task<CliRun> Bash(string line, string typed) => cli.RunAsync("complete", "--shell", "bash", "--typed", $"|{typed}", "--line", line);
    }

    [Fact]
    public async Task Complete_TwiceInSeconds_AsksTheServerOnce()
    {
        using CliHarness cli = await cluster.UserAsync();
        (await cli.RunAsync("complete", "--line", "prox vm start web")).Succeeded();

        // The second answer comes from the cache: the context leads nowhere by then.
        (await cli.RunAsync("context", "add", "lab", "https://127.0.0.1:1", "--token-id", "a@pve!b", "--secret", "env:LAB_SECRET", "--replace", "--use"))
            .Succeeded();

        Assert.StartsWith("web-1\t", (await cli.RunAsync("complete", "--line", "prox vm start web")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Complete_WithoutAServer_OffersNothingAndFailsNot()
    {
        using CliHarness cli = new();

        Assert.Equal("", (await cli.RunAsync("complete", "--line", "prox vm start ")).Succeeded());
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _prox_complete prox")]
    [InlineData("zsh", "compdef _prox_complete prox")]
    [InlineData("fish", "complete -c prox")]
    [InlineData("powershell", "Register-ArgumentCompleter")]
    public async Task Completion_Shell_PrintsItsScript(string shell, string expected)
    {
        using CliHarness cli = new();

        Assert.Contains(expected, (await cli.LineAsync($"completion {shell}")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("There are: bash", (await cli.LineAsync("completion tcsh")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prox vm ", "prox|vm|")]
    [InlineData("prox 'two words' x", "prox|two words|x")]
    [InlineData("prox a\\ b \"c", "prox|a b|c")]
    [InlineData("", "")]
    public void Split_Line_GivesWords(string line, string expected) => Assert.Equal(expected, string.Join('|', LineWords.Split(line)));
}
