using System.IO.Compression;
using System.Text;
using ProxSharp.Api;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Ids;
using ProxSharp.Pbs;
using ProxSharp.Pbs.Api;
using ProxSharp.Pbs.Backups;

namespace ProxSharp.Backup.Tests.Runs;

/// <summary>What a server lists and hands out of our backups: names from the catalog, or of split archives from their names.</summary>
public sealed class ServerBrowseTests : IAsyncLifetime
{
    private const string Whole = "root.pxar.didx";
    private const string Split = "root.mpxar.didx";

    private readonly string _folder = Directory.CreateTempSubdirectory("proxsharp-browse").FullName;
    private BackupServer _server = null!;
    private int _run;

    public static TheoryData<ChangeDetectionMode, string> Modes => new()
    {
        { ChangeDetectionMode.Legacy, Whole },
        { ChangeDetectionMode.Data, Split },
        { ChangeDetectionMode.Metadata, Split },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await BackupServer.StartAsync();
        Directory.CreateDirectory(Path.Combine(_folder, "etc", "deep"));
        Directory.CreateDirectory(Path.Combine(_folder, "empty"));
        Write("etc/hosts", "127.0.0.1 localhost\n"u8.ToArray());
        Write("etc/deep/data.bin", FakeBackup.Random(3 << 20, 1));
        Write("grüße", []);
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), "etc/hosts");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Catalog_OfABackup_ListsEveryLevel(ChangeDetectionMode mode, string archive)
    {
        BackupSnapshot snapshot = await BackUpAsync(mode);

        Assert.Equal([archive], (await snapshot.ListEntriesAsync(cancellationToken: Cancel)).Select(static entry => entry.Name));
        Assert.Equal(
            ["empty d ", "etc d ", "grüße f 0", "link l "],
            (await snapshot.ListEntriesAsync(ArchivePath.Parse(archive), Cancel)).Select(static entry => $"{entry.Name} {entry.Kind} {entry.Size}"));
        IReadOnlyList<ArchiveEntry> etc = await snapshot.ListEntriesAsync(ArchivePath.Parse($"{archive}/etc"), Cancel);
        Assert.Equal(["deep ", "hosts 20"], etc.Select(static entry => $"{entry.Name} {entry.Size}"));
        Assert.Equal(ArchivePath.Parse($"{archive}/etc/hosts"), etc[1].Path);
        Assert.Empty(await snapshot.ListEntriesAsync(ArchivePath.Parse($"{archive}/empty"), Cancel));
        ProxmoxApiException missing = await Assert.ThrowsAnyAsync<ProxmoxApiException>(
            () => snapshot.ListEntriesAsync(ArchivePath.Parse($"{archive}/nothing"), Cancel));
        Assert.Contains("nothing", missing.ServerMessage, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Download_OfFilesAndFolders_GivesTheirContents(ChangeDetectionMode mode, string archive)
    {
        await BackUpAsync(mode);
        BackupSnapshot snapshot = await BackUpAsync(mode);

        Assert.Equal("127.0.0.1 localhost\n"u8.ToArray(), await DownloadAsync(snapshot, $"{archive}/etc/hosts"));
        Assert.Equal(FakeBackup.Random(3 << 20, 1), await DownloadAsync(snapshot, $"{archive}/etc/deep/data.bin"));
        using ZipArchive zip = new(new MemoryStream(await DownloadAsync(snapshot, $"{archive}/etc")));
        Assert.Equal(["deep/", "deep/data.bin", "hosts"], zip.Entries.Select(static entry => entry.FullName));
        Assert.Equal(3 << 20, zip.GetEntry("deep/data.bin")!.Length);
        await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => DownloadAsync(snapshot, $"{archive}/etc/nothing"));
    }

    [Fact]
    public async Task Catalog_WithTheNameOfASplitArchive_ListsIt()
    {
        BackupSnapshot snapshot = await BackUpAsync(ChangeDetectionMode.Metadata);

        Assert.Equal(["empty", "etc", "grüße", "link"], await ListAsync(snapshot, "/", Split));
        Assert.Equal(["deep", "hosts"], await ListAsync(snapshot, "/etc", Split));
        ProxmoxApiException missing = await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => ListAsync(snapshot, "/", "other.mpxar.didx"));
        Assert.Contains("No such file", missing.ServerMessage, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Browse_EncryptedBackup_IsRefused(ChangeDetectionMode mode, string archive)
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        BackupSnapshot snapshot = await BackUpAsync(mode, key);
        string first = mode == ChangeDetectionMode.Legacy ? "catalog.pcat1.didx" : archive;

        ProxmoxApiException list = await Assert.ThrowsAnyAsync<ProxmoxApiException>(
            () => snapshot.ListEntriesAsync(ArchivePath.Parse(archive), Cancel));
        ProxmoxApiException download = await Assert.ThrowsAnyAsync<ProxmoxApiException>(() => DownloadAsync(snapshot, $"{archive}/etc/hosts"));

        Assert.Equal($"cannot decode '{first}' - is encrypted", list.ServerMessage);
        Assert.Equal($"cannot decode '{archive}' - is encrypted", download.ServerMessage);
    }

    [Fact]
    public async Task Browse_BackupWithoutTrees_HasNoCatalog()
    {
        BackupResult result = await _server.BackUpAsync(BackupGroupPath.Parse("host/files"), [BackupSource.Blob("a.conf", "x"u8.ToArray())]);

        ProxmoxApiException refused = await Assert.ThrowsAnyAsync<ProxmoxApiException>(
            () => _server.Snapshots[result.Snapshot].ListEntriesAsync(cancellationToken: Cancel));

        Assert.Contains("catalog.pcat1.didx\" - No such file or directory (os error 2)", refused.ServerMessage, StringComparison.Ordinal);
    }

    private async Task<IEnumerable<string>> ListAsync(BackupSnapshot snapshot, string path, string archive)
    {
        AdminDatastoreListCatalogRequest request = new()
        {
            Ns = _server.Namespace.ToString(),
            BackupType = new(snapshot.Path.Group.Type.ToString()),
            BackupId = snapshot.Path.Group.Id,
            BackupTime = snapshot.Path.Time.ToUnixTimeSeconds(),
            Filepath = path == "/" ? path : Convert.ToBase64String(Encoding.UTF8.GetBytes(path)),
            ArchiveName = archive,
        };
        ApiResponse<IReadOnlyList<AdminDatastoreCatalogItem>> reply = await _server.Client.Api.Admin.Datastore.ListCatalogAsync(_server.Store.Name.ToString(), request, cancellationToken: Cancel);
        return reply.Data.Select(static entry => entry.Text);
    }

    private static async Task<byte[]> DownloadAsync(BackupSnapshot snapshot, string path)
    {
        await using ApiDownload download = await snapshot.DownloadEntryAsync(ArchivePath.Parse(path), cancellationToken: Cancel);
        using MemoryStream content = new();
        await download.Content.CopyToAsync(content, Cancel);
        return content.ToArray();
    }

    private async Task<BackupSnapshot> BackUpAsync(ChangeDetectionMode mode, CryptConfig? key = null)
    {
        BackupOptions options = new() { Time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000).AddMinutes(++_run), ChangeDetection = mode, Key = key };
        BackupResult result = await _server.BackUpAsync(BackupGroupPath.Parse("host/web"), [BackupSource.Directory("root", _folder)], options);
        return _server.Snapshots[result.Snapshot];
    }

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(_folder, name), bytes);
}
