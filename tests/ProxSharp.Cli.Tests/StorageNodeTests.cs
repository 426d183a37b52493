using System.Text.Json;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Cli.Tests;

/// <summary>A storage that is not shared is another one on each node: lists tell of all of them, and changes go to the node that has the volume.</summary>
public sealed class StorageNodeTests : IAsyncLifetime
{
    private readonly SimulatedCluster _cluster = new();
    private CliHarness? _user;

    private CliHarness Cli => _user!;

    public async ValueTask InitializeAsync()
    {
        await _cluster.InitializeAsync();
        _user = await _cluster.UserAsync();
        _user.Write("x.iso", "content");
        (await _user.LineAsync("storage upload local --content iso --filename @x.iso --node pve3")).Succeeded();
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task List_StorageThatIsNotShared_TellsOfAllNodes()
    {
        using JsonDocument list = JsonDocument.Parse((await Cli.LineAsync("storage content list local --content iso -o json")).Succeeded());

        (string?, string?)[] all = [.. list.RootElement.GetProperty("data").EnumerateArray().Select(
            static item => (item.GetProperty("node").GetString(), item.GetProperty("volid").GetString()))];
        Assert.Equal(
            [
                ("pve1", "local:iso/debian-13.iso"), ("pve2", "local:iso/debian-13.iso"), ("pve3", "local:iso/debian-13.iso"), ("pve3", "local:iso/x.iso"),
            ],
            all.Order());
        Assert.Contains("node", (await Cli.LineAsync("storage content list local --fields node,volid -o csv")).Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"node\"", (await Cli.LineAsync("storage content list ceph -o json")).Succeeded(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"node\"", (await Cli.LineAsync("storage content list local --node pve3 -o json")).Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_NodeThatCannotBeRead_IsAWarning()
    {
        _cluster.Simulator.Faults.When(
            static request => request.Path.Contains("/nodes/pve3/storage/", StringComparison.Ordinal), Fault.Status(500, "broken disk"), 10);

        CliRun run = await Cli.LineAsync("storage content list local --content iso -o name");

        Assert.Equal("local:iso/debian-13.iso\nlocal:iso/debian-13.iso\n", run.Succeeded());
        Assert.Contains("warning: the storage 'local' cannot be read on pve3: ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_NodeThatIsAway_IsAWarning()
    {
        _cluster.Simulator.Faults.KillNode("pve2");

        CliRun run = await Cli.LineAsync("storage content list local --content iso --query \"[].node\" -o name");

        Assert.Equal("pve1\npve3\npve3\n", run.Succeeded());
        Assert.Contains("'local' is not ready on pve2", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_Volume_IsReadWhereItIs()
    {
        string one = (await Cli.LineAsync("storage content show local:iso/x.iso -o json")).Succeeded();
        string several = (await Cli.LineAsync("storage content show local:iso/debian-13.iso --query \"[].node\" -o name")).Succeeded();

        Assert.Contains("\"node\": \"pve3\"", one, StringComparison.Ordinal);
        Assert.Equal("pve1\npve2\npve3\n", several);
        Assert.Contains("No node has the volume 'local:iso/y.iso'", (await Cli.LineAsync("storage content show local:iso/y.iso")).FailedWith(5), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("storage content delete local:iso/x.iso", "DELETE /nodes/pve3/storage/local/content/")]
    [InlineData("storage content delete local iso/x.iso", "DELETE /nodes/pve3/storage/local/content/")]
    [InlineData("storage content set local:iso/x.iso --notes new", "PUT /nodes/pve3/storage/local/content/")]
    [InlineData("storage content copy local:iso/x.iso --target iso/z.iso", "POST /nodes/pve3/storage/local/content/")]
    public async Task Change_VolumeOnOneNode_GoesThere(string line, string call)
    {
        CliRun run = await Cli.LineAsync($"{line} --dry-run");

        Assert.Contains(call, run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("this is about pve3", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_VolumeOnOneNode_DeletesItThere()
    {
        (await Cli.LineAsync("storage content delete local:iso/x.iso --yes")).Succeeded();

        Assert.DoesNotContain("x.iso", (await Cli.LineAsync("storage content list local -o name")).Succeeded(), StringComparison.Ordinal);
        Assert.Contains("No node has the volume", (await Cli.LineAsync("storage content delete local:iso/x.iso --yes")).FailedWith(5), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_VolumeOnSeveralNodes_AsksWhichOneIsMeant()
    {
        string error = (await Cli.LineAsync("storage content delete local:iso/debian-13.iso --yes")).FailedWith(2);

        Assert.Contains("is on several nodes: pve1, pve2, pve3", error, StringComparison.Ordinal);
        Assert.Contains("--node NAME", error, StringComparison.Ordinal);
        Assert.Equal(
            3, (await Cli.LineAsync("storage content list local --content iso --query \"[?volid=='local:iso/debian-13.iso'].node\" -o name")).Succeeded().Split('\n').Length - 1);
    }

    [Fact]
    public async Task Prune_BackupsOnOneNodeThenOnTwo_GoesThereThenAsks()
    {
        (await Cli.LineAsync("vm backup db-2 --storage local")).Succeeded();
        CliRun one = await Cli.LineAsync("storage prune local --prune-backups keep-last=1 --dry-run");
        (await Cli.LineAsync("vm backup web-2 --storage local")).Succeeded();

        Assert.Contains("DELETE /nodes/pve3/storage/local/prunebackups", one.Succeeded(), StringComparison.Ordinal);
        Assert.Contains("pve2, pve3", (await Cli.LineAsync("storage prune local --prune-backups keep-last=1 --dry-run")).FailedWith(2), StringComparison.Ordinal);
        Assert.Contains(
            "DELETE /nodes/pve2/", (await Cli.LineAsync("storage prune local --prune-backups keep-last=1 --vmid 101 --dry-run")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal(
            "pve2\npve3\n", (await Cli.LineAsync("storage prune-preview local --prune-backups keep-last=1 --query \"[].node\" -o name")).Succeeded());
    }

    [Theory]
    [InlineData("local 101 vm-101-disk-9.qcow2", "POST /nodes/pve2/storage/local/content", "where the guest 101 is")]
    [InlineData("local 999 vm-999-disk-0.qcow2", "POST /nodes/pve1/storage/local/content", "Choose with --node")]
    [InlineData("local 101 vm-101-disk-9.qcow2 --node pve3", "POST /nodes/pve3/storage/local/content", "")]
    public async Task Create_Volume_GoesToTheNodeOfItsGuest(string words, string call, string note)
    {
        string[] parts = words.Split(' ', 4);
        CliRun run = await Cli.LineAsync(
            $"storage content create {parts[0]} --vmid {parts[1]} --filename {parts[2]} --size 1G --dry-run {string.Concat(parts.Skip(3))}");

        Assert.Contains(call, run.Succeeded(), StringComparison.Ordinal);
        Assert.Contains(note, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_VolumeOfAGuestWhoseNodeLacksTheStorage_IsRefused()
    {
        (await Cli.LineAsync("storage set local --nodes pve1,pve3")).Succeeded();

        Assert.Contains("The guest 101 is on pve2", (await Cli.LineAsync(
            "storage content create local --vmid 101 --filename vm-101-disk-9.qcow2 --size 1G --dry-run")).FailedWith(5), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("storage upload", "the first that has the storage]")]
    [InlineData("storage download-url", "the first that has the storage]")]
    [InlineData("storage show", "the first that has the storage]")]
    [InlineData("storage prune", "the one that has backups]")]
    [InlineData("storage prune-preview", "all, or any if the storage is shared]")]
    [InlineData("storage content list", "all, or any if the storage is shared]")]
    [InlineData("storage content create", "that of the guest, else the first that has the storage]")]
    [InlineData("storage file-restore list", "the one that has the volume]")]
    [InlineData("storage file-restore download", "the one that has the volume]")]
    public async Task Help_OfNode_SaysWhichOneIsAsked(string command, string expected)
    {
        string help = (await Cli.LineAsync($"{command} --help")).Succeeded();

        Assert.Contains($"[default: {expected}", string.Join(' ', help.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_WithoutNode_SaysWhereItGoes()
    {
        Assert.Contains("this is about pve1. Choose with --node.", (await Cli.LineAsync("storage upload local --content iso --filename @x.iso")).Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("this is about", (await Cli.LineAsync("storage show ceph")).Errors, StringComparison.Ordinal);
    }
}
