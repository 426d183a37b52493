using ProxSharp.Authentication;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Storages;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Pve.Tests.Storages;

/// <summary>Downloads that a node makes.</summary>
public sealed class UrlDownloadTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static readonly Uri s_url = new("https://host.example.org/images/debian%2013.iso?x=1&y=2");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DownloadFromUrlAndWait_Image_IsOnTheStorage(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Needs the simulator.");
        // A download needs more than the token may do.
        await using PveClient root = new(cluster.Options with { Credentials = ProxmoxCredentials.Password("root@pam", DefaultCluster.RootPassword) });
        Storage local = root.Nodes[cluster.Node].Storages["local"];
        UrlDownloadOptions options = new() { FileName = $"proxsharp url {sync}.iso" };
        VolumeId id = sync ? local.DownloadFromUrlAndWait(s_url, UploadContent.Iso, options, Token) : await local.DownloadFromUrlAndWaitAsync(s_url, UploadContent.Iso, options, Token);
        Assert.Equal($"local:iso/proxsharp_url_{sync}.iso", id.ToString());
        Assert.Contains(await local.Volumes.ListAsync(StorageContent.Iso, cancellationToken: Token), volume => volume.Id == id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DownloadFromUrl_AllSet_IsSentAsWritten(bool sync)
    {
        using WirePve wire = new("""{"data":"UPID:pve1:0000389E:00048FD7:6B035918:download:debian_13.iso:root@pam:"}""");
        UrlDownloadOptions options = new() { Checksum = UploadChecksum.Known(ChecksumAlgorithm.Md5, new string('A', 32)), VerifyCertificate = false, Decompress = "gz" };
        PveTask task = sync ? wire.Local.DownloadFromUrl(s_url, UploadContent.Iso, options, Token) : await wire.Local.DownloadFromUrlAsync(s_url, UploadContent.Iso, options, Token);
        Assert.Equal("debian_13.iso", task.Upid.Id);
        Assert.Equal(
            $"checksum={new string('a', 32)}&checksum-algorithm=md5&compression=gz&content=iso&filename=debian 13.iso&url=https://host.example.org/images/debian%2013.iso?x=1&y=2&verify-certificates=0",
            wire.LastBody);
    }

    [Fact]
    public void DownloadFromUrl_WhatCannotWork_SendsNothing()
    {
        using WirePve wire = new("{}");
        Assert.Throws<ArgumentException>(() => wire.Local.DownloadFromUrl(new Uri("https://host.example.org/"), UploadContent.Iso, null, Token));
        Assert.Throws<ArgumentException>(() => wire.Local.DownloadFromUrl(new Uri("/x.iso", UriKind.Relative), UploadContent.Iso, null, Token));
        Assert.Throws<ArgumentException>(() => wire.Local.DownloadFromUrl(s_url, UploadContent.Iso, new UrlDownloadOptions { Checksum = UploadChecksum.ComputeFirst() }, Token));
        Assert.Empty(wire.Stub.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PullOciImage_Reference_StartsATask(bool sync)
    {
        using WirePve wire = new("""{"data":"UPID:pve1:0000389E:00048FD7:6B035918:ocipull:x:root@pam:"}""");
        PveTask task = sync ? wire.Local.PullOciImage("docker.io/library/alpine:3.22", "alpine", Token) : await wire.Local.PullOciImageAsync("docker.io/library/alpine:3.22", "alpine", Token);
        Assert.Equal("ocipull", task.Upid.Type);
        Assert.Equal("POST /api2/json/nodes/pve1/storage/local/oci-registry-pull", wire.LastRequest);
        Assert.Equal("filename=alpine&reference=docker.io/library/alpine:3.22", wire.LastBody);
    }
}
