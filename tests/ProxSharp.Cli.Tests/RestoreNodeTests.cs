using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Where a backup is restored if nobody names a node, and what is not restored.</summary>
public sealed class RestoreNodeTests : IAsyncLifetime
{
    private readonly SimulatedCluster _cluster = new();
    private CliHarness? _user;

    private CliHarness Cli => _user!;

    public async ValueTask InitializeAsync()
    {
        await _cluster.InitializeAsync();
        _user = await _cluster.UserAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Restore_OverAGuest_GoesToItsNode()
    {
        (await Cli.LineAsync("vm migrate staging pve2")).Succeeded();
        string backup = await BackupAsync("vm", "staging");

        string shown = (await Cli.LineAsync($"vm restore {backup} 106 --force --yes --dry-run")).Succeeded();
        (await Cli.LineAsync($"vm restore {backup} 106 --force --yes")).Succeeded();

        Assert.Contains("POST /nodes/pve2/qemu", shown, StringComparison.Ordinal);
        Assert.Contains("\"pve2\"", (await Cli.LineAsync("vm list staging --fields node -o json")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_BackupOnOneNode_GoesThere()
    {
        string backup = await BackupAsync("ct", "dns");

        string shown = (await Cli.LineAsync($"ct restore {backup} 230 --dry-run")).Succeeded();
        (await Cli.LineAsync($"ct restore {backup} 230")).Succeeded();

        Assert.Contains("POST /nodes/pve1/lxc", shown, StringComparison.Ordinal);
        Assert.Contains("POST /nodes/pve1/lxc", (await Cli.LineAsync($"ct restore {backup} 231 --node pve1 --dry-run")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_BackupThatNoNodeHas_SaysSo() =>
        Assert.Contains(
            "No node has the volume",
            (await Cli.LineAsync("vm restore local:backup/vzdump-qemu-100-2020_01_01-00_00_00.vma.zst 333")).FailedWith(5),
            StringComparison.Ordinal);

    [Fact]
    public async Task Restore_StorageOfSeveralNodes_NamesThem()
    {
        string error = (await Cli.LineAsync("vm restore ceph:backup/vzdump-qemu-100-2020_01_01-00_00_00.vma.zst 333")).FailedWith(2);

        Assert.Contains("pve1, pve2, pve3", error, StringComparison.Ordinal);
        Assert.Contains("--node", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_OverAVmThatRuns_SaysThatItHasToBeStopped()
    {
        string backup = await BackupAsync("vm", "web-1");

        string error = (await Cli.LineAsync($"vm restore {backup} 100 --force --yes")).FailedWith(6);

        Assert.Equal(error, (await Cli.LineAsync($"vm restore {backup} 100 --force --yes --dry-run")).FailedWith(6));
        Assert.Contains("it runs, and is overwritten only when it is stopped", error, StringComparison.Ordinal);
        Assert.Contains("prox vm stop 100", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_OverAContainerThatRuns_SaysThatItHasToBeStopped()
    {
        string backup = await BackupAsync("ct", "dns");

        string error = (await Cli.LineAsync($"ct restore {backup} 200 --force --yes")).FailedWith(6);

        Assert.Contains("it runs, and is overwritten only when it is stopped", error, StringComparison.Ordinal);
        Assert.Contains("prox ct stop", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm", "staging", 106)]
    [InlineData("ct", "dns", 200)]
    public async Task Restore_OverAProtectedGuest_NamesTheWayToGiveUpTheProtection(string noun, string name, int vmid)
    {
        string backup = await BackupAsync(noun, name);
        (await Cli.LineAsync($"{noun} set {name} --protection")).Succeeded();

        string error = (await Cli.LineAsync($"{noun} restore {backup} {vmid} --force --yes")).FailedWith(6);

        Assert.Equal(error, (await Cli.LineAsync($"{noun} restore {backup} {vmid} --force --yes --dry-run")).FailedWith(6));
        Assert.Contains($"{vmid} ({name}): it is protected, and is not overwritten", error, StringComparison.Ordinal);
        Assert.Contains($"prox {noun} set {vmid} --delete protection", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_BackupOfTheOtherKind_NamesTheCommand()
    {
        string backup = await BackupAsync("ct", "dns");

        string error = (await Cli.LineAsync($"vm restore {backup} 222")).FailedWith(2);

        Assert.Contains("is the backup of a container", error, StringComparison.Ordinal);
        Assert.Contains($"prox ct restore {backup} 222", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_VmOutOfABackupOfAContainer_IsRefusedByTheServer()
    {
        string backup = await BackupAsync("ct", "dns");

        CliRun run = await Cli.LineAsync($"api create /nodes/pve1/qemu vmid=222 archive={backup} --wait");

        run.FailedWithCode(9);
        string error = run.Errors;

        Assert.Contains("does not look like a QemuServer vzdump backup", error, StringComparison.Ordinal);
        Assert.Contains("prox ct restore", error, StringComparison.Ordinal);
        (await Cli.LineAsync("vm show 222")).FailedWithCode(5);
    }

    [Theory]
    [InlineData("vm", "staging", "300 --node nope", 5, "There are the nodes: pve1, pve2, pve3")]
    [InlineData("ct", "dns", "300 --node nope", 5, "There are the nodes: pve1, pve2, pve3")]
    [InlineData("vm", "staging", "300 --node pve2", 9, "pve1")]
    [InlineData("ct", "dns", "300 --node pve2", 9, "pve1")]
    [InlineData("vm", "staging", "300 --node pve1 --storage nosuch", 5, "nosuch")]
    [InlineData("vm", "staging", "203 --force --yes", 6, "container 203 (wiki) on pve2")]
    [InlineData("ct", "dns", "106 --force --yes", 6, "VM 106 (staging) on pve1")]
    [InlineData("vm", "staging", "106 --node pve2 --force --yes", 6, "--node pve1")]
    [InlineData("ct", "dns", "203 --node pve1 --force --yes", 6, "--node pve2")]
    public async Task Restore_ThatCannotWork_IsRefusedByADryRunToo(string noun, string guest, string rest, int exitCode, string expected)
    {
        string backup = await BackupAsync(noun, guest);

        string shown = (await Cli.LineAsync($"{noun} restore {backup} {rest} --dry-run")).FailedWith(exitCode);

        Assert.Contains(expected, shown, StringComparison.Ordinal);
        (await Cli.LineAsync($"{noun} restore {backup} {rest}")).FailedWithCode(exitCode);
    }

    [Fact]
    public async Task Restore_StorageThatTheNodeLacks_IsRefusedByADryRunToo()
    {
        (await Cli.LineAsync("storage create extra --type dir --path /srv/extra --content backup --nodes pve1")).Succeeded();
        const string backup = "extra:backup/vzdump-qemu-100-2026_01_01-00_00_00.vma.zst";

        string shown = (await Cli.LineAsync($"vm restore {backup} 300 --node pve2 --dry-run")).FailedWith(9);

        Assert.Contains("the node pve2 does not have the storage 'extra' of the backup. It is on: pve1", shown, StringComparison.Ordinal);
        (await Cli.LineAsync($"vm restore {backup} 300 --node pve2")).FailedWithCode(9);
    }

    [Fact]
    public async Task Restore_BackupThatIsNotSeen_IsAWarningOfTheDryRun()
    {
        CliRun run = await Cli.LineAsync("vm restore local:backup/vzdump-qemu-100-2020_01_01-00_00_00.vma.zst 333 --node pve1 --dry-run");

        Assert.Contains("POST /nodes/pve1/qemu", run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("is to be seen on any node", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_OverAGuestOfTheOtherKind_IsNotAskedAbout()
    {
        string backup = await BackupAsync("vm", "staging");

        string error = (await Cli.LineAsync($"vm restore {backup} 203 --force")).FailedWith(6);

        Assert.Contains("container 203 (wiki) on pve2 is no virtual machine", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vm create 300 --node nope --dry-run")]
    [InlineData("ct create 300 --ostemplate local:vztmpl/alpine.tar.xz --node nope --dry-run")]
    public async Task Create_OnANodeThatThereIsNot_IsRefusedByADryRunToo(string line) =>
        Assert.Contains("There is no node 'nope'", (await Cli.LineAsync(line)).FailedWith(5), StringComparison.Ordinal);

    private async Task<string> BackupAsync(string noun, string guest)
    {
        (await Cli.LineAsync($"{noun} backup {guest} --storage local")).Succeeded();
        string list = (await Cli.LineAsync("storage content list local --content backup -o name")).Succeeded();
        return list.Trim().Split('\n')[^1];
    }
}
