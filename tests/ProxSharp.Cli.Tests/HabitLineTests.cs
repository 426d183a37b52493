using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using ProxSharp.Cli.Backups;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What people are told to type instead of a line of another tool is understood.</summary>
public sealed partial class HabitLineTests
{
    [Theory]
    [InlineData("vm guest exec 100 ls", "'prox vm agent exec GUEST -- PROGRAM'")]
    [InlineData("vm guest exec", "'prox vm agent exec GUEST -- PROGRAM'")]
    [InlineData("vm guest cmd 100 ping", "'prox vm agent COMMAND GUEST'")]
    [InlineData("vm exec 100 ls", "'prox vm agent exec GUEST -- PROGRAM'")]
    [InlineData("ct exec 100 ls", "'prox ct console GUEST < COMMANDS'")]
    [InlineData("vm disk resize 100 scsi0 +1G", "Write: prox vm resize 100 scsi0 +1G")]
    [InlineData("vm disk list 100", "Write: prox vm config 100")]
    [InlineData("vm disk delete 100 scsi1", "'prox vm set GUEST --delete scsi1'")]
    [InlineData("vm agent 100 ping", "Write: prox vm agent ping 100")]
    [InlineData("vm 100 agent ping", "Write: prox vm agent ping 100")]
    [InlineData("vm 100 start", "Write: prox vm start 100")]
    [InlineData("vm agent 100", "Run: prox vm agent --help")]
    [InlineData("pmx vm list", "Write: prox vm list")]
    [InlineData("list vm", "Write: prox vm list")]
    [InlineData("vm set 100 -memory 2048", "Options have two: --memory")]
    [InlineData("vm set 100 -memory=2048", "Options have two: --memory=2048")]
    [InlineData("list", "Write: prox guest list")]
    [InlineData("start 100", "Write: prox guest start 100")]
    [InlineData("stop 100", "Write: prox guest stop 100")]
    [InlineData("delete 100", "Write: prox vm delete 100")]
    [InlineData("resize 100 scsi0 +1G", "Write: prox vm resize 100 scsi0 +1G")]
    [InlineData("status", "Write: prox cluster status")]
    [InlineData("user add x@pve", "Write: prox access user create x@pve")]
    [InlineData("snapshot 100 before", "'prox vm snapshot create GUEST NAME'")]
    [InlineData("qm list", "Write: prox vm list")]
    [InlineData("qm start 100", "Write: prox vm start 100")]
    [InlineData("qm set 100 -memory 2048", "Write: prox vm set 100 --memory 2048")]
    [InlineData("qm agent 100 ping", "Write: prox vm agent ping 100")]
    [InlineData("qm guest exec 100 -- ls", "'prox vm agent exec GUEST -- PROGRAM'")]
    [InlineData("qm config 100", "Write: prox vm config 100")]
    [InlineData("qm resize 100 scsi0 +1G", "Write: prox vm resize 100 scsi0 +1G")]
    [InlineData("qm disk resize 100 scsi0 +1G", "Write: prox vm resize 100 scsi0 +1G")]
    [InlineData("qm snapshot 100 before", "Write: prox vm snapshot create 100 before")]
    [InlineData("qm set 100 --cipassword geheim", "see 'prox vm set'")]
    [InlineData("qm create 300 --memory 2048", "Write: prox vm create 300 --memory 2048")]
    [InlineData("qm clone 100 200", "Write: prox vm clone 100 200")]
    [InlineData("pct create 200 local:vztmpl/x.tar.zst", "Write: prox ct create 200 local:vztmpl/x.tar.zst")]
    [InlineData("qm move_disk 100 scsi0 ceph", "Write: prox vm move-disk 100 scsi0 ceph")]
    [InlineData("pvesm alloc local 100 vm-100-disk-1 4G", "Write: prox storage content create local --vmid 100 --filename vm-100-disk-1 --size 4G")]
    [InlineData("template list", "'prox node template'")]
    [InlineData("qmrestore /var/x.vma 100", "'qmrestore' is 'prox vm restore' here")]
    [InlineData("pct enter 100", "Write: prox ct console 100")]
    [InlineData("pct list", "Write: prox ct list")]
    [InlineData("vzdump 100", "Write: prox guest backup 100")]
    [InlineData("pvesh get /nodes", "Write: prox api get /nodes")]
    [InlineData("pveum user add x@pve", "Write: prox access user create x@pve")]
    [InlineData("pveum useradd x@pve", "Write: prox access user create x@pve")]
    [InlineData("pveum aclmod / -user x@pve -role PVEAdmin", "Write: prox access acl set --path / --users x@pve --roles PVEAdmin")]
    [InlineData("pvesm list local", "Write: prox storage content list local")]
    [InlineData("pvecm status", "Write: prox cluster status")]
    [InlineData("ha-manager status", "Write: prox ha status current")]
    [InlineData("pveam list local", "Write: prox storage content list local --content vztmpl")]
    [InlineData("proxmox-backup-manager datastore list", "Write: prox datastore list")]
    [InlineData("vm snapshto list 100", "Did you mean 'snapshot'?")]
    [InlineData("vm restart 100", "Write: prox vm reboot 100")]
    [InlineData("vm snapshots 100", "Write: prox vm snapshot list 100")]
    [InlineData("storage list local", "Write: prox storage content list local")]
    [InlineData("vzdump --all 1", "Write: prox guest backup --all")]
    [InlineData("vzdump -all 1 -mode snapshot", "Write: prox guest backup --mode snapshot --all")]
    [InlineData("vzdump --all=1 --exclude 100,101 --storage local", "Write: prox guest backup --storage local --all -- -100 -101")]
    [InlineData("vzdump --pool prod --quiet 1", "Write: prox guest backup @pool-prod")]
    [InlineData("vzdump 100 101 --storage local", "Write: prox guest backup 100 101 --storage local")]
    [InlineData("pvesm scan nfs 192.0.2.1", "'prox node scan nfs NODE --server 192.0.2.1'")]
    [InlineData("pvesm nfsscan 192.0.2.1", "'prox node scan nfs NODE --server 192.0.2.1'")]
    [InlineData("pvesm scan pbs 192.0.2.1 root@pam --password geheim", "'prox node scan pbs NODE --server SERVER --username USER --password env:SECRET'")]
    [InlineData("pvesm add nfs x --server 192.0.2.1 --export /x", "Write: prox storage create x --type nfs --server 192.0.2.1 --export /x")]
    [InlineData("qm monitor 100", "Write: prox vm monitor 100 --command COMMAND")]
    [InlineData("qm cloudinit dump 100 user", "Write: prox vm cloudinit dump 100 --type user")]
    [InlineData("qm importovf 100 x.ovf local", "run qm importovf on the node")]
    [InlineData("pct remote-migrate 100 200 apitoken=geheim", "'prox ct remote-migrate GUEST --target-vmid VMID --target-endpoint ENDPOINT'")]
    [InlineData("pct create 200 local:vztmpl/x.tar.zst -hostname x", "Write: prox ct create 200 local:vztmpl/x.tar.zst --hostname x")]
    [InlineData("pct create 200 local:vztmpl/x.tar.zst -hostname x -password geheim", "see 'prox ct create'")]
    [InlineData("qm vnc 100", "Write: prox vnc 100")]
    [InlineData("pvenode migrateall pve2", "'prox node migrateall NODE --target pve2 --all'")]
    [InlineData("pveum user token permissions x@pve ci", "Write: prox access permissions --userid ")]
    [InlineData("pvecm updatecerts --force", "run pvecm updatecerts on the node")]
    [InlineData("ha-manager crm-command migrate vm:100 pve2", "Write: prox ha resource migrate vm:100 --node pve2")]
    [InlineData("ha-manager crm-command node-maintenance enable pve1", "run ha-manager crm-command on the node")]
    [InlineData("proxmox-backup-manager sync-job remove j", "Write: prox pbs sync-job delete j")]
    [InlineData("proxmox-backup-manager user tfa list x@pbs", "Write: prox pbs access tfa entry list x@pbs")]
    [InlineData("proxmox-backup-client namespace list", "Use: prox datastore namespace list STORE --context NAME")]
    [InlineData("vm list --node pve1", "Write: prox vm list @node-pve1")]
    [InlineData("vm list --node=pve1", "Write: prox vm list @node-pve1")]
    [InlineData("vm list -node pve1", "Write: prox vm list @node-pve1")]
    [InlineData("vm list --pool prod", "Write: prox vm list @pool-prod")]
    [InlineData("vm list --tag web", "Write: prox vm list @tag-web")]
    [InlineData("vm list --selector tag=web", "Write: prox vm list tag=web")]
    [InlineData("vm list --status running", "Write: prox vm list status=running")]
    [InlineData("vm list --running", "Write: prox vm list status=running")]
    [InlineData("ct list --name 'web*'", "Write: prox ct list 'web*'")]
    [InlineData("vm list -l tag=web", "Write: prox vm list tag=web")]
    [InlineData("vm list --pool prod --node pve1", "Write: prox vm list pool=prod node=pve1")]
    [InlineData("vm list web-1 --node pve1", "Write: prox vm list web-1 node=pve1")]
    [InlineData("vm list --node pve1 --json", "Write: prox vm list @node-pve1 -o json")]
    [InlineData("vm stop --pool prod --node pve1 --dry-run", "Write: prox vm stop pool=prod node=pve1 --dry-run")]
    [InlineData("vm stop @pool-prod --node pve1", "Write: prox vm stop @pool-prod node=pve1")]
    [InlineData("vm show web-1 --node pve1", "The node of a guest is found by itself. Write: prox vm show web-1")]
    [InlineData("vm list --json", "Write: prox vm list -o json")]
    [InlineData("node list --yaml", "Write: prox node list -o yaml")]
    [InlineData("context list --csv", "Write: prox context list -o csv")]
    [InlineData("vm list --format=json", "Write: prox vm list -o json")]
    [InlineData("api get /nodes --output-format text", "Write: prox api get /nodes -o table")]
    [InlineData("firewall rule move 0 1", "Write: prox firewall rule set 0 --moveto 1")]
    [InlineData("vm firewall rule move web-1 0 1", "Write: prox vm firewall rule set web-1 0 --moveto 1")]
    [InlineData("firewall rule move", "'prox firewall rule set POSITION --moveto POSITION'")]
    [InlineData("context current", "Write: prox context show")]
    [InlineData("config use-context x", "Write: prox context use x")]
    [InlineData("config get-contexts", "Write: prox context list")]
    [InlineData("config current-context", "Write: prox context show")]
    [InlineData("config", "That is 'prox context'. Run: prox context --help")]
    [InlineData("vm logs web-1", "Write: prox task list --guest web-1")]
    [InlineData("vm set web-1 memory=4096", "Write: prox vm set web-1 --memory 4096")]
    [InlineData("vm set status=running memory=4096 onboot=0", "Write: prox vm set status=running --memory 4096 --onboot=false")]
    [InlineData("vm set web-1 net1=virtio,bridge=vmbr0", "Write: prox vm set web-1 --net1 virtio,bridge=vmbr0")]
    [InlineData("vm set web-1 cipassword=geheim", "It is written as: --cipassword VALUE. Run: prox vm set --help")]
    [InlineData("storage create abc type=dir path=/x", "Write: prox storage create abc --type dir --path /x")]
    [InlineData("vm unlink web-1 unused0", "Write: prox vm unlink web-1 --idlist unused0")]
    [InlineData("vm unlink web-1 unused0 scsi1 --force", "Write: prox vm unlink web-1 --idlist unused0,scsi1 --force")]
    [InlineData("vm monitor web-1 info status", "Write: prox vm monitor web-1 --command 'info status'")]
    [InlineData("vm agent file-write web-1 /tmp/x", "Write: prox vm agent file-write web-1 --file /tmp/x --content CONTENT")]
    [InlineData("vm agent file-write web-1 /tmp/x --content a", "Write: prox vm agent file-write web-1 --file /tmp/x --content a")]
    [InlineData("vm agent file-write web-1 /tmp/x hello world", "Write: prox vm agent file-write web-1 --file /tmp/x --content 'hello world'")]
    [InlineData("vm agent file-write web-1 /tmp/x password=geheim", "Write: prox vm agent file-write web-1 --file /tmp/x --content CONTENT")]
    [InlineData("pvesh get /nodes --output-format yaml", "Write: prox api get /nodes -o yaml")]
    [InlineData("pvesh set /nodes/pve1/qemu/100/config --memory 512 -onboot=1", "Write: prox api set /nodes/pve1/qemu/100/config memory=512 onboot=1")]
    public async Task Line_OfAnotherTool_IsAnsweredWithOneThatIsUnderstood(string line, string expected)
    {
        using CliHarness cli = new();

        string error = (await cli.LineAsync(line)).FailedWith(2);

        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", error, StringComparison.Ordinal);
        if (Written().Match(error) is { Success: true } written)
        {
            Assert.Null(Fault(written.Groups["line"].Value));
        }

        if (Help().Match(error) is { Success: true } help)
        {
            (await cli.LineAsync(help.Groups["line"].Value)).Succeeded();
        }
    }

    [Fact]
    public void OldLines_All_LeadToLinesThatAreUnderstood()
    {
        using CliHarness cli = new();
        KnownLines lines = new(words => CommandTree.Build(new CommandServices(new TestConsole(), cli.Environment, TimeProvider.System), words));

        Assert.All(OldLines.All, line =>
        {
            Assert.True(lines.IsUnderstood(line.Meant), string.Join(' ', line.Meant));
            Assert.True(Habits.IsProgram(line.Typed) || line.Typed[0] == "pveam" || lines.IsStray(line.Typed), string.Join(' ', line.Typed));
            Assert.Matches("that is|Write: ", OldLines.Find([.. line.Typed.Select(static word => word.ToLowerInvariant())], lines));
        });
        Assert.Equal(OldLines.All.Count, OldLines.All.Select(static line => string.Join(' ', line.Typed)).Distinct().Count());
    }

    [Fact]
    public void Habits_All_AreAnsweredWithOptionsAndWordsThatExist() => Assert.All(
        Habits.All.Where(static habit => habit.Command.Length > 0),
        static habit => Assert.False(IsUnknown(Filled(habit.Line)), $"{habit.Typed}: {habit.Line}: {Fault(Filled(habit.Line))}"));

    [Theory]
    [InlineData("task list", "--errors")]
    [InlineData("task list", "--until")]
    [InlineData("task list", "--vmid")]
    [InlineData("task list", "--source")]
    [InlineData("task list", "--typefilter")]
    [InlineData("task list", "--userfilter")]
    [InlineData("vm resize", "--disk")]
    [InlineData("ct migrate", "--target")]
    public void OptionHabit_LinesInIt_AreUnderstood(string command, string option)
    {
        string hint = OptionHabits.Find(command, option, [])!;

        Assert.All(Lines().Matches(hint), static match => Assert.False(IsUnknown(match.Groups["line"].Value), match.Value));
        Assert.Matches(Lines(), hint);
    }

    [Theory]
    [InlineData("backup prune --group host/web --keep-last 2", "prox backup prune GROUP")]
    [InlineData("backup restore --snapshot=host/web root.pxar out", "prox backup restore SNAPSHOT ARCHIVE TARGET")]
    public async Task Option_ThatIsAPlaceHere_ShowsThePlace(string line, string form)
    {
        using CliHarness cli = new();

        Assert.EndsWith($"It has no name here: {form}", (await cli.LineAsync(line)).FailedWith(2), StringComparison.Ordinal);
        Assert.False(IsUnknown(form["prox ".Length..]));
    }

    // What is to be filled in may be any word; a command may not.
    private static string Filled(string line) => line["prox ".Length..]
        .Replace("... ", "", StringComparison.Ordinal).Replace("COMMAND GUEST", "ping GUEST", StringComparison.Ordinal).Split(" < ")[0];

    private static bool IsUnknown(string line) => Fault(line) is { } fault && fault.StartsWith("Unknown", StringComparison.Ordinal);

    private static string? Fault(string line)
    {
        IReadOnlyList<string> words = GuardWords.Separate(OfficialSpelling.Complete([.. ShellWords.Split(line)]));
        using CliHarness cli = new();
        RootCommand root = CommandTree.Build(new CommandServices(new TestConsole(), cli.Environment, TimeProvider.System), words);
        ParseResult parse = root.Parse(words, CliApp.Parsing);
        return UsageErrors.Find(parse, words)?.Message;
    }

    [GeneratedRegex("Write: prox (?<line>.+?)\\s*$")]
    private static partial Regex Written();

    [GeneratedRegex("Run: prox (?<line>.+? --help)")]
    private static partial Regex Help();

    [GeneratedRegex("prox (?<line>[a-z][^;]*)")]
    private static partial Regex Lines();
}
