using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Backup.Tests.Files;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Tests.Runs;

/// <summary>What is large goes to a server and comes back: many files, and an image that is mostly holes.</summary>
public sealed class LargeBackupTests
{
    private const int MiB = 1 << 20;
    private const int FileCount = 100_000;
    private const int FilesPerDirectory = 500;
    private const int ChunkSize = FixedIndex.DefaultChunkSize;
    private const long ImageSize = (5L << 30) + 12_345;

    private static readonly BackupGroupPath s_group = BackupGroupPath.Parse("host/large");
    private static readonly DateTimeOffset s_time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ChangeDetectionMode.Legacy, false)]
    [InlineData(ChangeDetectionMode.Metadata, true)]
    public async Task BackupAsync_HundredThousandFiles_ComeBackAndAreUploadedOnce(ChangeDetectionMode mode, bool encrypted)
    {
        await using BackupServer server = await BackupServer.StartAsync();
        using CryptConfig? key = encrypted ? CryptConfig.CreateRandom() : null;
        using TempTree source = new();
        MakeFiles(source.Path);
        BackupSource root = BackupSource.Directory("root", source.Path);
        BackupOptions options = new() { ChangeDetection = mode, Key = key };
        BackupResult first = await server.BackUpAsync(s_group, [root], options with { Time = s_time });

        // The whole content of an unchanged tree is known, however many of its files share a chunk.
        BackupResult second = await server.BackUpAsync(s_group, [root], options with { Time = s_time.AddHours(1) });
        Assert.Equal(await NewBytesAsync(server, first, second), second.BytesUploaded);
        Assert.InRange(second.Archives[0].BytesUploaded, 0, 64);

        File.WriteAllBytes(Path.Combine(source.Path, "d00077", "f00123"), FakeBackup.Random(900, 1));
        source.Write("d00078/new", FakeBackup.Random(2 * MiB, 2));
        BackupResult third = await server.BackUpAsync(s_group, [root], options with { Time = s_time.AddHours(2) });
        Assert.Equal(await NewBytesAsync(server, second, third), third.BytesUploaded);
        Assert.InRange(third.Archives[0].BytesUploaded, 2 * MiB, 16 * MiB);
        Assert.Equal(0, first.WarningCount + second.WarningCount + third.WarningCount);

        using TempTree target = new();
        await using SnapshotReader reader = await server.OpenAsync(third, key);
        TreeExtractResult restored = await reader.RestoreAsync("root.pxar", target.Path, cancellationToken: Cancel);
        Assert.Equal(FileCount + 1, restored.Files);
        Assert.Equal(Contents(source.Path), Contents(target.Path));
    }

    [Fact]
    public async Task BackupAsync_FiveGigabytesMostlyHoles_ComeBackAsTheyWere()
    {
        TempTree.RequireLinux();
        await using BackupServer server = await BackupServer.StartAsync();
        using TempTree source = new();
        Dictionary<long, byte[]> content = new()
        {
            [ChunkSize - 3] = FakeBackup.Random(10, 1), // Across the border of two chunks.
            [2L << 30] = FakeBackup.Random(ChunkSize, 2),
            [ImageSize - 5] = FakeBackup.Random(5, 3),
        };
        string path = source.Combine("disk.img");
        WriteSparse(path, content);
        BackupSource disk = BackupSource.Image("disk", path);
        BackupResult first = await server.BackUpAsync(s_group, [disk], new() { Time = s_time });
        Assert.Equal((4 * ChunkSize) + (ImageSize % ChunkSize), first.BytesUploaded); // Three with something in them, the end, and one of zeros.

        content[3L << 30] = FakeBackup.Random(100, 4);
        content[2L << 30] = new byte[ChunkSize];
        WriteSparse(path, content);
        BackupResult second = await server.BackUpAsync(s_group, [disk, BackupSource.Directory("tree", source.Path)], new() { Time = s_time.AddHours(1) });
        Assert.Equal(ImageSize, second.Archives[0].BytesReused + second.Archives[0].BytesUploaded);
        Assert.Equal(ChunkSize, second.Archives[0].BytesUploaded);

        await using SnapshotReader reader = await server.OpenAsync(second);
        await using (SparseCheckStream image = new(ImageSize, content))
        {
            await reader.CopyToAsync("disk.img", image, null, Cancel);
            Assert.Equal(ImageSize, image.Position);
        }

        using TempTree target = new();
        await reader.RestoreFileAsync("disk.img", target.Combine("restored.img"), null, Cancel);
        await reader.RestoreAsync("tree.pxar", target.Combine("tree"), cancellationToken: Cancel);
        await AssertSparseAsync(target.Combine("restored.img"), content);
        await AssertSparseAsync(target.Combine("tree/disk.img"), content);
    }

    private static void MakeFiles(string root)
    {
        Random random = new(1);
        byte[] content = new byte[1200];
        for (int i = 0; i < FileCount; i++)
        {
            string directory = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"d{i / FilesPerDirectory:D5}"));
            if (i % FilesPerDirectory == 0)
            {
                Directory.CreateDirectory(directory);
            }

            Span<byte> bytes = content.AsSpan(0, random.Next(content.Length));
            random.NextBytes(bytes);
            File.WriteAllBytes(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"f{i % FilesPerDirectory:D5}")), bytes);
        }
    }

    private static IEnumerable<string> Contents(string root) => new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
        .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{Path.GetRelativePath(root, entry.FullName)} {entry.UnixFileMode} {entry.LastWriteTimeUtc:O} {Hash(entry)}"))
        .Order(StringComparer.Ordinal);

    private static string Hash(FileSystemInfo entry) => entry is FileInfo ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(entry.FullName))) : "";

    /// <summary>How many bytes of the chunks of a backup the one before did not have, by the indexes on the server.</summary>
    private static async Task<long> NewBytesAsync(BackupServer server, BackupResult before, BackupResult after)
    {
        HashSet<Sha256Digest> known = [.. (await ChunksAsync(server, before)).Select(static chunk => chunk.Digest)];
        return (await ChunksAsync(server, after)).Where(chunk => known.Add(chunk.Digest)).Sum(static chunk => chunk.Length);
    }

    private static async Task<List<IndexChunk>> ChunksAsync(BackupServer server, BackupResult backup)
    {
        await using BackupReaderSession session = await server.ReadAsync(backup);
        List<IndexChunk> chunks = [];
        foreach (BackupArchiveResult archive in backup.Archives)
        {
            ArrayBufferWriter<byte> bytes = new();
            await session.DownloadAsync(archive.Name, bytes, Cancel);
            IChunkIndex index = archive.Name.EndsWith(".fidx", StringComparison.Ordinal) ? FixedIndex.Parse(bytes.WrittenSpan) : DynamicIndex.Parse(bytes.WrittenSpan);
            chunks.AddRange(Enumerable.Range(0, index.Count).Select(i => index[i]));
        }

        return chunks;
    }

    private static void WriteSparse(string path, Dictionary<long, byte[]> content)
    {
        using FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.Write);
        file.SetLength(ImageSize);
        foreach ((long at, byte[] bytes) in content)
        {
            file.Position = at;
            file.Write(bytes);
        }
    }

    private static async Task AssertSparseAsync(string path, Dictionary<long, byte[]> content)
    {
        using IFileNode copy = FileTrees.Create().OpenRoot(path);
        Assert.True(copy.Stat.IsSparse);
        Assert.Equal(ImageSize, copy.Stat.Length);
        await using FileStream file = File.OpenRead(path);
        foreach ((long at, byte[] bytes) in content)
        {
            byte[] found = new byte[bytes.Length];
            file.Position = at;
            await file.ReadExactlyAsync(found, Cancel);
            Assert.Equal(bytes, found);
        }
    }
}
