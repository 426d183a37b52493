using Microsoft.Extensions.Time.Testing;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Backup.Tests.Files;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Restores over a line that breaks again and again: what came before stays.</summary>
public sealed class BrokenLineTests
{
    private const int ChunkLength = 512 << 10;
    private const int Chunks = 12;

    // What stands before the content of the file in the archive is shorter.
    private const int HeaderLimit = 1024;

    private static readonly byte[] s_content = FakeBackup.Random(Chunks * ChunkLength, 5);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Restore_LineBreaksAfterAFewChunks_KeepsThoseBefore()
    {
        using TempTree tree = new();

        // The first chunk, and two at once; or two at once, and two more that the line is too short for.
        Assert.False(await TryRestoreAsync(tree, new() { KeepParts = true, RestoreOwnership = false }, ChunkLength * 33 / 10));

        Assert.False(File.Exists(tree.Combine("large")));
        byte[] part = File.ReadAllBytes(PartIn(tree));
        Assert.InRange(part.Length, (2 * ChunkLength) - HeaderLimit, 4 * ChunkLength);
        Assert.Equal(s_content[..part.Length], part);
    }

    [Fact]
    public async Task Restore_LineBreaksAgainAndAgain_EachAttemptGoesOnUntilAllIsThere()
    {
        using TempTree tree = new();
        TreeExtractOptions options = new() { Existing = ExistingFiles.KeepSameContent, KeepParts = true, RestoreOwnership = false };
        long length = 0;
        int attempts = 1;
        while (!await TryRestoreAsync(tree, options, ChunkLength * 33 / 10))
        {
            Assert.False(File.Exists(tree.Combine("large")));
            long now = new FileInfo(PartIn(tree)).Length;
            Assert.True(now >= length + ChunkLength - HeaderLimit, $"The attempt {attempts} left {now} bytes after {length}.");
            (length, attempts) = (now, attempts + 1);
        }

        Assert.InRange(attempts, 2, Chunks);
        Assert.Equal(s_content, File.ReadAllBytes(tree.Combine("large")));
    }

    /// <summary>What has its name is whole, so that it may be skipped.</summary>
    [Theory]
    [InlineData(ExistingFiles.Skip)]
    [InlineData(ExistingFiles.Fail)]
    [InlineData(ExistingFiles.Overwrite)]
    [InlineData(ExistingFiles.KeepSameTime)]
    public async Task Restore_LineBrokeAndAnotherPolicyFollows_FileIsWholeInTheEnd(ExistingFiles policy)
    {
        using TempTree tree = new();
        TreeExtractOptions options = new() { KeepParts = true, RestoreOwnership = false, AllowExistingDirectories = true };
        Assert.False(await TryRestoreAsync(tree, options, ChunkLength * 33 / 10));

        Assert.False(await TryRestoreAsync(tree, options with { Existing = policy }, ChunkLength * 13 / 10));
        if (policy is ExistingFiles.Skip or ExistingFiles.Fail)
            Assert.InRange(new FileInfo(PartIn(tree)).Length, (2 * ChunkLength) - HeaderLimit, 4 * ChunkLength);
        Assert.True(await TryRestoreAsync(tree, options with { Existing = policy }, long.MaxValue));

        Assert.Equal(s_content, File.ReadAllBytes(tree.Combine("large")));
        Assert.Empty(Directory.GetFiles(tree.Path, ".proxsharp-*.part"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task RestoreFile_LineBreaksAfterLittleMoreThanAChunk_EachAttemptGainsOne(int zeros)
    {
        FakeTimeProvider time = new();
        byte[][] chunks = [.. Enumerable.Range(0, 5).Select(static i => FakeBackup.Random(ChunkLength, i + 1))];
        TestImage image = new((zeros + chunks.Length) * ChunkLength, chunks.Index().ToDictionary(c => c.Index + zeros, static c => c.Item), chunkSize: ChunkLength);
        using TempTree tree = new();
        string path = tree.Combine("disk");
        int attempts = 0;
        for (bool isComplete = false; !isComplete; attempts++)
        {
            Assert.True(attempts <= chunks.Length, "An attempt gained nothing.");
            await using SnapshotReader reader = await SnapshotReader.OpenAsync(
                new BrokenLine(image, time, ChunkLength / 4, ChunkLength * 12 / 10), new() { TimeProvider = time }, Stop);
            try
            {
                await reader.RestoreFileAsync("disk", path, new() { Resume = true }, Stop);
                isComplete = true;
            }
            catch (BackupSessionLostException)
            {
                Assert.False(File.Exists(path));
            }
        }

        Assert.Equal([.. new byte[zeros * ChunkLength], .. chunks.SelectMany(static chunk => chunk)], File.ReadAllBytes(path));
    }

    [Fact]
    public async Task CopyTo_LineBreaks_WritesWhatCameBefore()
    {
        FakeTimeProvider time = new();
        MadeSnapshot made = new(ChunkLength, ("root.pxar.didx", Archive()));
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(
            new BrokenLine(made, time, ChunkLength / 4, ChunkLength * 43 / 10), new() { TimeProvider = time }, Stop);
        using MemoryStream output = new();

        await Assert.ThrowsAsync<BackupSessionLostException>(() => reader.CopyToAsync("root.pxar", output, null, Stop));

        Assert.InRange(output.Length, 3 * ChunkLength, 4 * ChunkLength);
    }

    [Fact]
    public async Task CopyTo_QuickLine_FetchesAsManyAsItMay()
    {
        const int small = 65536;
        TestImage image = new(40 * small, Enumerable.Range(0, 40).ToDictionary(static i => i, static i => FakeBackup.Random(small, i)), chunkSize: small);
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        HashSet<Sha256Digest> late = [.. Enumerable.Range(20, 20).Select(static i => ChunkDigest.Compute(FakeBackup.Random(small, i), null))];
        int waiting = 0;
        image.Gate = async (digest, stop) =>
        {
            if (!late.Contains(digest))
                return;
            if (Interlocked.Increment(ref waiting) == 8)
                all.TrySetResult();
            await all.Task.WaitAsync(stop);
        };
        await using SnapshotReader reader = await image.OpenAsync(new() { MaxChunksAhead = 8, TimeProvider = new FakeTimeProvider() });

        await reader.CopyToAsync("disk", Stream.Null, null, Stop);

        Assert.Equal(8, image.MostAtOnce);
    }

    private static string PartIn(TempTree tree) => Assert.Single(Directory.GetFiles(tree.Path, ".proxsharp-*.part"));

    private static async Task<bool> TryRestoreAsync(TempTree tree, TreeExtractOptions options, long bytes)
    {
        FakeTimeProvider time = new();
        MadeSnapshot made = new(ChunkLength, ("root.pxar.didx", Archive()));
        // A chunk takes four seconds.
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(new BrokenLine(made, time, ChunkLength / 4, bytes), new() { TimeProvider = time }, Stop);
        try
        {
            await reader.RestoreAsync("root.pxar", tree.Path, options, null, Stop);
            return true;
        }
        catch (BackupSessionLostException)
        {
            return false;
        }
    }

    private static byte[] Archive()
    {
        using MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        writer.WriteFile(new("large"), PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100), s_content);
        writer.Finish();
        return archive.ToArray();
    }
}
