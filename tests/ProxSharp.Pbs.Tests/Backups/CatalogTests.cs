using System.Text;
using ProxSharp.Api;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Pbs.Tests.Backups;

/// <summary>Browsing in snapshots and downloads: against the simulator, and with the answers of a real server.</summary>
public sealed class CatalogTests(PbsServer server) : IClassFixture<PbsServer>
{
    private const string Triple = "backup-id=100 backup-time=1714558272 backup-type=vm";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DownloadEntry_FileThatTheCatalogLists_HasItsSize(bool sync)
    {
        BackupSnapshotInfo latest = (await server.Filled.Groups["ct/200"].Snapshots.FindLatestAsync(Token))!;
        BackupSnapshot snapshot = server.Filled.Snapshots[latest.Path];
        ArchiveEntry archive = Assert.Single(sync ? snapshot.ListEntries(cancellationToken: Token) : await snapshot.ListEntriesAsync(cancellationToken: Token));
        IReadOnlyList<ArchiveEntry> entries = sync ? snapshot.ListEntries(archive.Path, Token) : await snapshot.ListEntriesAsync(archive.Path, Token);
        ArchiveEntry file = entries.Where(static entry => entry.Size > 0).MinBy(static entry => entry.Size)!;
        Assert.Equal((ArchiveEntryKind.File, true), (file.Kind, file.IsLeaf));
        byte[] content = await ReadAsync(
            sync ? snapshot.DownloadEntry(file.Path, cancellationToken: Token) : await snapshot.DownloadEntryAsync(file.Path, cancellationToken: Token));
        Assert.Equal(file.Size, content.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Downloads_OfABlob_AreItsFileAndItsContent(bool sync)
    {
        const string Name = "pct.conf.blob";
        BackupSnapshotInfo latest = (await server.Filled.Groups["ct/200"].Snapshots.FindLatestAsync(Token))!;
        BackupSnapshot snapshot = server.Filled.Snapshots[latest.Path];
        byte[] stored = await ReadAsync(sync ? snapshot.Download(Name, Token) : await snapshot.DownloadAsync(Name, Token));
        byte[] content = await ReadAsync(sync ? snapshot.DownloadDecoded(Name, Token) : await snapshot.DownloadDecodedAsync(Name, Token));
        Assert.Equal(latest.Files.Single(static file => file.Filename == Name).Size, stored.Length);
        Assert.Contains("hostname: ct", Encoding.UTF8.GetString(content), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListEntries_OfTheRoot_AreTheArchives(bool sync)
    {
        using StubPbs stub = new("""[{"filepath":"L3Jvb3QucHhhci5kaWR4","leaf":false,"text":"root.pxar.didx","type":"d"}]""");
        ArchiveEntry archive = Assert.Single(await stub.RunAsync(sync, () => stub.Snapshot.ListEntries(cancellationToken: Token), () => stub.Snapshot.ListEntriesAsync(cancellationToken: Token)));
        Assert.Equal(("/root.pxar.didx", "root.pxar.didx", ArchiveEntryKind.Directory, false), (archive.ToString(), archive.Name, archive.Kind, archive.IsLeaf));
        Assert.Equal(ArchivePath.Parse("root.pxar.didx"), archive.Path);
        Assert.Equal($"GET /admin/datastore/store1/catalog {Triple} filepath=/ ns=a/b", stub.LastCall);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListEntries_OfADirectory_HaveSizesAndTimes(bool sync)
    {
        using StubPbs stub = new("""
            [{"filepath":"cm9vdC5weGFyLmRpZHgvbWV0YS9hY2wudHh0","leaf":true,"mtime":1700000000,"size":8,"text":"acl.txt","type":"f"},
             {"filepath":"cm9vdC5weGFyLmRpZHgvbWV0YS9hY2xkaXI=","leaf":false,"text":"acldir","type":"d"},
             {"filepath":"cm9vdC5weGFyLmRpZHgvbWV0YS9vbGQ=","leaf":true,"mtime":-31536000,"size":17,"text":"old","type":"f"},
             {"filepath":"cm9vdC5weGFyLmRpZHgvbWV0YS9m","leaf":true,"mtime":9223372036854775807,"size":0,"text":"far","type":"f"}]
            """);
        ArchivePath path = ArchivePath.Parse("root.pxar.didx").Append("meta");
        IReadOnlyList<ArchiveEntry> entries = await stub.RunAsync(sync, () => stub.Snapshot.ListEntries(path, Token), () => stub.Snapshot.ListEntriesAsync(path, Token));
        Assert.Equal($"GET /admin/datastore/store1/catalog {Triple} filepath=cm9vdC5weGFyLmRpZHgvbWV0YQ== ns=a/b", stub.LastCall);
        Assert.Equal(["/root.pxar.didx/meta/acl.txt", "/root.pxar.didx/meta/acldir", "/root.pxar.didx/meta/old", "/root.pxar.didx/meta/f"], entries.Select(static entry => entry.ToString()));
        Assert.Equal([8L, null, 17, 0], entries.Select(static entry => entry.Size));
        Assert.Equal([DateTimeOffset.FromUnixTimeSeconds(1700000000), null, DateTimeOffset.FromUnixTimeSeconds(-31536000), null], entries.Select(static entry => entry.Modified));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListEntries_PathThatIsNoBase64_IsAnError(bool sync)
    {
        using StubPbs stub = new("""[{"filepath":"***","leaf":true,"text":"x","type":"f"}]""");
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => stub.RunAsync(sync, () => stub.Snapshot.ListEntries(default, Token), () => stub.Snapshot.ListEntriesAsync(default, Token)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListEntries_EncryptedSnapshot_IsATypedError(bool sync)
    {
        using StubPbs stub = new(static _ => StubPbs.Failure(400, "cannot decode 'catalog.pcat1.didx' - is encrypted"));
        ProxmoxApiException refusal = await Assert.ThrowsAnyAsync<ProxmoxApiException>(
            () => stub.RunAsync(sync, () => stub.Snapshot.ListEntries(default, Token), () => stub.Snapshot.ListEntriesAsync(default, Token)));
        Assert.Contains("is encrypted", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ArchivePath_NamesThatAreNoText_KeepTheirBytes()
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes("root.pxar.didx/"), 0xff, 0xfe];
        ArchivePath path = ArchivePath.FromBytes(bytes);
        Assert.Equal(bytes, path.Bytes.ToArray());
        Assert.NotEqual(path, ArchivePath.Parse(path.ToString()));
        Assert.True(path == ArchivePath.FromBytes(bytes) && path != ArchivePath.Root);
        Assert.Equal(path.GetHashCode(), ArchivePath.FromBytes(bytes).GetHashCode());
        Assert.True(path.Equals((object)ArchivePath.FromBytes(bytes)));
        Assert.True(ArchivePath.Parse("/").IsRoot && ArchivePath.Root.ToString() == "/");
        Assert.Equal(ArchivePath.Parse("a.pxar.didx"), ArchivePath.Root.Append("/a.pxar.didx/"));
    }

    [Fact]
    public void ArchiveEntryKind_Letters_AreTheirValues()
    {
        Assert.Equal(
            ["d", "f", "l", "h", "b", "c", "p", "s"],
            new[]
            {
                ArchiveEntryKind.Directory, ArchiveEntryKind.File, ArchiveEntryKind.SymbolicLink, ArchiveEntryKind.HardLink, ArchiveEntryKind.BlockDevice, ArchiveEntryKind.CharacterDevice,
                ArchiveEntryKind.Pipe, ArchiveEntryKind.Socket,
            }.Select(static kind => kind.ToString()));
        Assert.True(ArchiveEntryKind.File == new ArchiveEntryKind("f") && ArchiveEntryKind.File != ArchiveEntryKind.Pipe);
        Assert.True(ArchiveEntryKind.File.Equals((object)new ArchiveEntryKind("f")));
        Assert.Equal(new ArchiveEntryKind("f").GetHashCode(), ArchiveEntryKind.File.GetHashCode());
        Assert.Equal("", default(ArchiveEntryKind).Value);
    }

    private static async Task<byte[]> ReadAsync(ApiDownload download)
    {
        await using (download)
        {
            using MemoryStream bytes = new();
            await download.Content.CopyToAsync(bytes, Token);
            return bytes.ToArray();
        }
    }
}
