using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Backup.Tests.Files;

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

    /// <summary>With a session the server makes the group, which nobody removes.</summary>
    [Theory]
    [InlineData("a.conf:/dev/null")]
    [InlineData("a.img:/dev/zero")]
    [InlineData("a.conf:fifo")]
    [InlineData("a.img:fifo")]
    [InlineData("a.pxar:file")]
    [InlineData("a.pxar:fifo")]
    [InlineData("a.conf:folder")]
    [InlineData("a.img:empty")]
    [InlineData("a.pxar:/proc")]
    [InlineData("a.conf:missing")]
    public async Task Run_SourceThatCannotBeOfItsKind_IsRefusedBeforeAnythingIsSent(string specification)
    {
        TempTree.RequireLinux();
        using TempTree tree = new();
        tree.Write("file", "content");
        tree.Write("empty", "");
        Directory.CreateDirectory(tree.Combine("folder"));
        using (ITargetDirectory folder = TargetTrees.Create().OpenRoot(tree.Path))
        {
            PxarEntry pipe = Pipe();
            folder.MakeNode(new("fifo"), pipe, 0b110_000_000);
        }

        int colon = specification.IndexOf(':', StringComparison.Ordinal);
        BackupSource source = BackupSource.Parse($"{specification[..colon]}:{Path.Combine(tree.Path, specification[(colon + 1)..])}");
        await using BackupServer server = await BackupServer.StartAsync();
        long before = server.Simulator.Traffic.RequestCount;

        BackupSourceException refused = await Assert.ThrowsAsync<BackupSourceException>(() => server.Store.BackupAsync(
            ProxSharp.Ids.BackupGroupPath.Parse("host/a"), [source], cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(before, server.Simulator.Traffic.RequestCount);
        Assert.Equal(specification.EndsWith("missing", StringComparison.Ordinal), refused.IsMissing);
    }

    private static PxarEntry Pipe()
    {
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        writer.WriteSpecial(new("fifo"), PxarMetadata.Create(PxarEntryKind.Fifo, 0b110_000_000));
        writer.Finish();
        using PxarReader reader = new(new MemoryStream(archive.ToArray()));
        while (reader.Read() && reader.Entry.Kind != PxarEntryKind.Fifo)
        {
            // The root comes first.
        }

        return reader.Entry;
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
