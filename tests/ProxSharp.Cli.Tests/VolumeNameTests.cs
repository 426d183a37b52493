using ProxSharp.Cli.Tests.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>Verbs for a volume: its identifier names its storage, so nobody has to write that twice.</summary>
public sealed class VolumeNameTests(SimulatedCluster cluster) : IClassFixture<SimulatedCluster>
{
    [Fact]
    public async Task Show_VolumeAlone_IsThatOfItsStorage()
    {
        using CliHarness cli = await cluster.UserAsync();
        string volume = (await cli.LineAsync("storage content list local -o name --node pve1")).Succeeded().Split('\n')[0];

        string whole = (await cli.LineAsync($"storage content show local {volume} --node pve1 -o json")).Succeeded();

        Assert.StartsWith("local:", volume, StringComparison.Ordinal);
        Assert.Contains("\"path\"", whole, StringComparison.Ordinal);
        Assert.Equal(whole, (await cli.LineAsync($"storage content show {volume} --node pve1 -o json")).Succeeded());
    }

    [Theory]
    [InlineData("storage content delete ceph:vm-100-disk-7 --node pve1", "DELETE /nodes/pve1/storage/ceph/content/ceph%3Avm-100-disk-7")]
    [InlineData("storage content set local:iso/debian-13.iso --notes new --node pve1", "PUT /nodes/pve1/storage/local/content/local%3Aiso%2Fdebian-13.iso")]
    [InlineData("storage content copy local:iso/x.iso --target x --node pve1", "POST /nodes/pve1/storage/local/content/local%3Aiso%2Fx.iso")]
    [InlineData("storage content delete ceph vm-100-disk-7 --node pve1", "DELETE /nodes/pve1/storage/ceph/content/vm-100-disk-7")]
    public async Task Change_VolumeAlone_CallsItsStorage(string line, string expected)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.Contains(expected, (await cli.LineAsync($"{line} --dry-run")).Succeeded(), StringComparison.Ordinal);
    }

    /// <summary>The server would delete the disk of a running guest: only its web page looks.</summary>
    [Theory]
    [InlineData("--dry-run")]
    [InlineData("--yes")]
    public async Task Delete_DiskOfAGuest_IsRefusedWithTheWayThatTakesItOut(string option)
    {
        await using SimulatedCluster own = await SimulatedCluster.StillAsync();
        using CliHarness cli = await own.UserAsync();
        foreach (string volume in (string[])["ceph:vm-100-disk-0", "ceph vm-100-disk-0"])
        {
            CliRun run = await cli.LineAsync($"storage content delete {volume} --node pve1 {option}");
            Assert.Contains("ceph:vm-100-disk-0 is scsi0 of the running VM 100 (web-1)", run.FailedWith(6), StringComparison.Ordinal);
            Assert.Contains("prox vm unlink 100 --idlist scsi0 --force", run.Errors, StringComparison.Ordinal);
        }

        string question = (await cli.LineAsync("vm unlink 100 --idlist scsi0 --force")).FailedWith(8);
        Assert.Contains("All that is on scsi0 is deleted", question, StringComparison.Ordinal);
        (await cli.LineAsync("vm stop 100")).Succeeded();
        (await cli.LineAsync("vm unlink 100 --idlist scsi0 --force --yes")).Succeeded();
        Assert.DoesNotContain("vm-100-disk-0", (await cli.LineAsync("vm config 100")).Succeeded(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("local")]
    [InlineData("local:")]
    [InlineData(":iso/x.iso")]
    public async Task Show_StorageAlone_AsksForTheVolume(string word)
    {
        using CliHarness cli = await cluster.UserAsync();

        Assert.StartsWith("error: No volume is named. Write the volume with its storage", (await cli.LineAsync($"storage content show {word}")).FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unlink_WithoutDisks_IsRefusedBeforeAnybodyIsAsked()
    {
        await using SimulatedCluster cluster = await SimulatedCluster.StillAsync();
        using CliHarness cli = await cluster.UserAsync();
        Assert.Contains("--idlist", (await cli.LineAsync("vm unlink web-1")).FailedWith(2), StringComparison.Ordinal);
    }
}
