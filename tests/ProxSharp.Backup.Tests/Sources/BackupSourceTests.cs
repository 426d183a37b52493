using ProxSharp.Backup.Tests.Fakes;

namespace ProxSharp.Backup.Tests.Sources;

public sealed class BackupSourceTests
{
    [Theory]
    [InlineData("disk.img:/dev/vg/a:b", "disk.img", "disk.img.fidx")]
    [InlineData("qemu-server.conf:/etc/x", "qemu-server.conf", "qemu-server.conf.blob")]
    [InlineData("run_1.log:/var/log/x", "run_1.log", "run_1.log.blob")]
    [InlineData("root.pxar:/", "root.pxar", "root.pxar.didx")]
    public void Parse_AsTheOfficialClientTakesIt_IsRead(string text, string name, string stored)
    {
        BackupSource source = BackupSource.Parse(text);
        Assert.Equal(name, source.Name);
        Assert.Equal([stored], source.StoredNames(new BackupOptions()));
    }

    [Theory]
    [InlineData("disk.img:")]
    [InlineData("disk.raw:/x")]
    [InlineData("di.sk.img:/x")]
    [InlineData("/x")]
    [InlineData("")]
    public void Parse_Anything_IsRefused(string text) => Assert.Throws<FormatException>(() => BackupSource.Parse(text));

    [Fact]
    public void StoredNames_SplitDirectory_ArePayloadAndMetadata()
        => Assert.Equal(["root.ppxar.didx", "root.mpxar.didx"], BackupSource.Directory("root", "/x").StoredNames(new BackupOptions { ChangeDetection = ChangeDetectionMode.Data }));

    [Fact]
    public void Names_ThatBackupsHaveThemselves_AreRefused()
    {
        Assert.Throws<FormatException>(() => BackupSource.Blob("index.json.blob", default));
        Assert.Throws<FormatException>(() => BackupSource.Blob("client.log.blob", default));
        Assert.Throws<FormatException>(() => BackupSource.Image("a/b", "/x"));
        Assert.Throws<FormatException>(() => BackupSource.Blob("disk.img", default));
        Assert.Throws<FormatException>(() => BackupSource.Stream("disk.img", Stream.Null));
    }

    [Fact]
    public async Task Run_TwoArchivesOfOneName_AreRefusedBeforeAnythingIsSent()
    {
        await using BackupServer server = await BackupServer.StartAsync();
        long before = server.Simulator.Traffic.RequestCount;
        await Assert.ThrowsAsync<ArgumentException>(() => server.Store.BackupAsync(
            ProxSharp.Ids.BackupGroupPath.Parse("host/a"), [BackupSource.Image("a", "/x"), BackupSource.Image("a.img", "/y")], cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(before, server.Simulator.Traffic.RequestCount);
    }
}
