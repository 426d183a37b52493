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
        Assert.Contains("POST /nodes/pve3/lxc", (await Cli.LineAsync($"ct restore {backup} 231 --node pve3 --dry-run")).Succeeded(), StringComparison.Ordinal);
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

        CliRun run = await Cli.LineAsync($"vm restore {backup} 100 --force --yes");

        run.FailedWithCode(9);
        string error = run.Errors;

        Assert.Contains("unable to restore VM 100 - vm is running", error, StringComparison.Ordinal);
        Assert.Contains("prox vm stop 100", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_OverAContainerThatRuns_SaysThatItHasToBeStopped()
    {
        string backup = await BackupAsync("ct", "dns");

        string error = (await Cli.LineAsync($"ct restore {backup} 200 --force --yes")).FailedWith(6);

        Assert.Contains("can't overwrite running container", error, StringComparison.Ordinal);
        Assert.Contains("prox ct stop", error, StringComparison.Ordinal);
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

    private async Task<string> BackupAsync(string noun, string guest)
    {
        (await Cli.LineAsync($"{noun} backup {guest} --storage local")).Succeeded();
        string list = (await Cli.LineAsync("storage content list local --content backup -o name")).Succeeded();
        return list.Trim().Split('\n')[^1];
    }
}
