using System.Security.Cryptography;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Backup.Tests.Files;
using ProxSharp.Ids;
using Golden = ProxSharp.Backup.Formats.Tests.Pxar.Golden;

namespace ProxSharp.Backup.Tests.Runs;

/// <summary>Backups of directories in all modes, restored again.</summary>
public sealed class DirectoryBackupTests : IAsyncLifetime
{
    private const int MiB = 1 << 20;
    private static readonly BackupGroupPath s_group = BackupGroupPath.Parse("host/web1");
    private static readonly DateTimeOffset s_time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private readonly string _folder = Directory.CreateTempSubdirectory("proxsharp-tree").FullName;
    private BackupServer _server = null!;
    private int _run;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Tree => Path.Combine(_folder, "tree");

    public async ValueTask InitializeAsync()
    {
        _server = await BackupServer.StartAsync();
        Directory.CreateDirectory(Path.Combine(Tree, "sub", "deep"));
        Directory.CreateDirectory(Path.Combine(Tree, "empty"));
        Write("a.txt", "hello\n"u8.ToArray());
        Write("empty.txt", []);
        Write("big.bin", FakeBackup.Random(6 * MiB, 1));
        Write("sub/two.bin", FakeBackup.Random(3 * MiB, 2));
        Write("sub/deep/three.bin", FakeBackup.Random(2 * MiB, 3));
        Write("sub/skip.tmp", "no"u8.ToArray());
        File.CreateSymbolicLink(Path.Combine(Tree, "link"), "a.txt");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(ChangeDetectionMode.Legacy, false)]
    [InlineData(ChangeDetectionMode.Data, false)]
    [InlineData(ChangeDetectionMode.Metadata, false)]
    [InlineData(ChangeDetectionMode.Legacy, true)]
    [InlineData(ChangeDetectionMode.Metadata, true)]
    public async Task BackupAsync_Directory_IsRestoredAsItWas(ChangeDetectionMode mode, bool encrypted)
    {
        using CryptConfig? key = encrypted ? CryptConfig.CreateRandom() : null;
        BackupResult first = await BackUpAsync(mode, key);
        Assert.Equal(
            mode == ChangeDetectionMode.Legacy ? ["root.pxar.didx", "catalog.pcat1.didx"] : ["root.ppxar.didx", "root.mpxar.didx"],
            first.Archives.Select(static archive => archive.Name));
        await AssertRestoredAsync(first, key, "first");

        BackupResult second = await BackUpAsync(mode, key);
        Assert.Empty(second.Warnings);
        Assert.InRange(second.BytesUploaded, 0, 20_000); // The catalog, or the first bytes of the payload and where contents lie now.
        await AssertRestoredAsync(second, key, "second");

        Write("sub/deep/three.bin", FakeBackup.Random(2 * MiB, 30));
        Write("new.bin", FakeBackup.Random(1 * MiB, 31));
        BackupResult third = await BackUpAsync(mode, key);
        Assert.InRange(third.BytesUploaded, 3 * MiB, 12 * MiB);
        await AssertRestoredAsync(third, key, "third");
    }

    [Theory]
    [InlineData(ChangeDetectionMode.Legacy)]
    [InlineData(ChangeDetectionMode.Data)]
    [InlineData(ChangeDetectionMode.Metadata)]
    public async Task BackupAsync_EveryKindOfEntry_IsRestoredWithAllItsMetadata(ChangeDetectionMode mode)
    {
        TempTree.RequireAll();
        using TempTree source = new();
        using TempTree target = new();
        await Archives.ExtractAsync(Golden.Read("pxar/tree-small.pxar"), source.Path);
        BackupResult result = await _server.BackUpAsync(s_group, [BackupSource.Directory("root", source.Path)], new BackupOptions { Time = s_time, ChangeDetection = mode });

        await using SnapshotReader reader = await _server.OpenAsync(result);
        await reader.RestoreAsync("root.pxar", target.Path, cancellationToken: Cancel);
        Assert.Equal(await DescribeAsync(source), await DescribeAsync(target));
    }

    [Fact]
    public async Task BackupAsync_MetadataMode_DoesNotReadUnchangedFiles()
    {
        string path = Path.Combine(Tree, "big.bin");
        DateTime written = s_time.UtcDateTime;
        File.SetLastWriteTimeUtc(path, written);
        await BackUpAsync(ChangeDetectionMode.Metadata, null);

        // The same size and times, other bytes: the mode cannot notice, which proves that it did not read.
        File.WriteAllBytes(path, FakeBackup.Random(6 * MiB, 99));
        File.SetLastWriteTimeUtc(path, written);
        BackupResult second = await BackUpAsync(ChangeDetectionMode.Metadata, null);
        Assert.InRange(second.BytesUploaded, 0, 100_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BackupAsync_FileShrunkWhileRead_IsReadAgainThoughItLooksUnchanged(bool encrypted)
    {
        using CryptConfig? key = encrypted ? CryptConfig.CreateRandom() : null;
        string path = Path.Combine(Tree, "shrinks.bin");
        byte[] content = FakeBackup.Random(40 * MiB, 7);
        Put(path, content);
        BackupResult first = await BackUpAsync(ChangeDetectionMode.Metadata, key, new()
        {
            // It is cut while it is read, and is as it was once that was noticed.
            Progress = new InlineProgress<FileProgress>(progress => Cut(path, progress.Bytes)),
            Warned = _ => Put(path, content),
        });
        Assert.Equal(FileWarningKind.Shrunk, Assert.Single(first.Warnings).Kind);

        BackupResult second = await BackUpAsync(ChangeDetectionMode.Metadata, key);
        Assert.Empty(second.Warnings);
        await AssertRestoredAsync(second, key, "second");
        Assert.False(second.Manifest.Unprotected.ContainsKey("reread"));
        BackupResult third = await BackUpAsync(ChangeDetectionMode.Metadata, key);
        Assert.InRange(third.BytesUploaded, 0, 100_000);

        static void Put(string path, byte[] content)
        {
            File.WriteAllBytes(path, content);
            File.SetLastWriteTimeUtc(path, s_time.UtcDateTime);
        }

        static void Cut(string path, long read)
        {
            if (read >= 16 * MiB && new FileInfo(path).Length == 40 * MiB)
            {
                using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                file.SetLength(20 * MiB);
            }
        }
    }

    [Fact]
    public async Task BackupAsync_KeyGoneAway_ReadsEverythingAgain()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        await BackUpAsync(ChangeDetectionMode.Metadata, key);
        BackupResult plain = await BackUpAsync(ChangeDetectionMode.Metadata, null);
        Assert.NotEmpty(plain.Warnings);
        await AssertRestoredAsync(plain, null, "plain");
    }

    [Fact]
    public async Task BackupAsync_TwoDirectories_ShareACatalog()
    {
        BackupResult result = await _server.BackUpAsync(
            s_group, [BackupSource.Directory("one", Path.Combine(Tree, "sub")), BackupSource.Directory("two", Path.Combine(Tree, "empty"))], new BackupOptions { Time = s_time });
        Assert.Equal(["one.pxar.didx", "two.pxar.didx", "catalog.pcat1.didx"], result.Archives.Select(static archive => archive.Name));
    }

    [Fact]
    public async Task BackupAsync_NoDirectory_IsAFailureOfTheSource()
    {
        BackupSourceException failure = await Assert.ThrowsAsync<BackupSourceException>(
            () => _server.BackUpAsync(s_group, [BackupSource.Directory("root", Path.Combine(Tree, "a.txt"))], new BackupOptions { Time = s_time }));
        Assert.Equal("root.pxar.didx", failure.Archive);
    }

    private Task<BackupResult> BackUpAsync(ChangeDetectionMode mode, CryptConfig? key, DirectoryArchiveOptions? options = null)
    {
        DirectoryArchiveOptions tree = (options ?? new()) with { Excludes = [PathPattern.Parse("*.tmp")] };
        BackupOptions backup = new() { Time = s_time.AddMinutes(++_run), ChangeDetection = mode, Key = key };
        return _server.BackUpAsync(s_group, [BackupSource.Directory("root", Tree, tree)], backup);
    }

    private async Task AssertRestoredAsync(BackupResult result, CryptConfig? key, string name)
    {
        string target = Path.Combine(_folder, name);
        await using SnapshotReader reader = await _server.OpenAsync(result, key);
        await reader.RestoreAsync("root.pxar", target, cancellationToken: Cancel);
        Assert.Equal(Contents(Tree).Where(static line => !line.Contains("skip.tmp", StringComparison.Ordinal)), Contents(target).Where(static line => !line.Contains(".pxarexclude-cli", StringComparison.Ordinal)));
        Assert.Equal("a.txt", new FileInfo(Path.Combine(target, "link")).LinkTarget);
    }

    private static async Task<List<string>> DescribeAsync(TempTree tree) => Archives.Describe(await Archives.WriteAsync(tree.Path));

    private static IEnumerable<string> Contents(string root) => Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
        .Select(path => $"{Path.GetRelativePath(root, path)} {File.GetLastWriteTimeUtc(path):O} {(File.Exists(path) ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))) : "")}")
        .Order(StringComparer.Ordinal);

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(Tree, name), bytes);
}
