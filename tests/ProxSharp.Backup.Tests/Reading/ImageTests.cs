using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Reading.Verification;

namespace ProxSharp.Backup.Tests.Reading;

public sealed class ImageTests
{
    private const int ChunkSize = 4 << 20;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RestoreFile_FiveGigabytesMostlyZeros_FetchesOnlyData()
    {
        using TestFolder folder = new();
        const long Size = (5L << 30) + 12345;
        byte[] data = Random(1, ChunkSize);
        TestImage image = new(Size, new Dictionary<int, byte[]> { [7] = data, [1000] = Random(2, ChunkSize), [1280] = Random(3, 12345) });
        await using SnapshotReader reader = await image.OpenAsync();
        RestoreFileResult result = await reader.RestoreFileAsync("disk", folder["disk"], null, Stop);
        Assert.Equal(3, image.Fetched.Count);
        Assert.Equal((2 * ChunkSize) + 12345, result.BytesWritten);
        Assert.Equal(Size - result.BytesWritten, result.BytesLeftOut);
        using FileStream file = File.OpenRead(folder["disk"]);
        Assert.Equal(Size, file.Length);
        file.Position = 7L * ChunkSize;
        byte[] back = new byte[ChunkSize];
        file.ReadExactly(back);
        Assert.Equal(data, back);
        file.Position = Size - 1;
        Assert.Equal(Random(3, 12345)[^1], file.ReadByte());
    }

    [Fact]
    public async Task CopyTo_Zeros_AreWrittenWithoutFetching()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        TestImage image = new(10 * ChunkSize, new Dictionary<int, byte[]> { [9] = Random(4, ChunkSize) }, key);
        await using SnapshotReader reader = await image.OpenAsync(new() { Key = key });
        MemoryStream output = new();
        await reader.CopyToAsync("disk.img", output, null, Stop);
        Assert.Equal(10 * ChunkSize, output.Length);
        Assert.True(output.GetBuffer().AsSpan(0, 9 * ChunkSize).IndexOfAnyExcept((byte)0) < 0);
        Assert.Equal(Random(4, ChunkSize), output.ToArray()[(9 * ChunkSize)..]);
        Assert.Single(image.Fetched);
    }

    [Fact]
    public async Task CopyTo_WithARate_TakesItsTime()
    {
        FakeTimeProvider time = new();
        DateTimeOffset start = time.GetUtcNow();
        TestImage image = new(6 * ChunkSize, Enumerable.Range(0, 6).ToDictionary(static i => i, static i => Random(i + 1, ChunkSize)));
        await using SnapshotReader reader = await image.OpenAsync(new() { BytesPerSecond = ChunkSize, TimeProvider = time });
        MemoryStream output = new();
        Task copy = reader.CopyToAsync("disk.img", output, null, Stop);
        while (!copy.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        await copy;
        Assert.Equal(6 * ChunkSize, output.Length);

        // The first two are within the burst and what it lends.
        Assert.True(time.GetUtcNow() - start >= TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task Open_RateOfNothing_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => new TestImage(1, new Dictionary<int, byte[]>()).OpenAsync(new() { BytesPerSecond = 0 }));

    [Fact]
    public async Task Verify_Zeros_AreFetchedOnce()
    {
        TestImage image = new(10 * ChunkSize, new Dictionary<int, byte[]> { [9] = Random(4, ChunkSize) });
        await using SnapshotReader reader = await image.OpenAsync();
        SnapshotVerification result = await reader.VerifyAsync(null, Stop);
        Assert.True(result.IsIntact);
        Assert.Equal(2, image.Fetched.Count);
        Assert.Equal((10, 2), (result.Files[0].Chunks, result.Files[0].ChunksVerified));
    }

    [Fact]
    public async Task RestoreFile_Resume_FetchesOnlyWhatDiffers()
    {
        using TestFolder folder = new();
        Dictionary<int, byte[]> chunks = Enumerable.Range(0, 6).ToDictionary(static i => i, static i => Random(i, ChunkSize));
        chunks.Remove(2);
        chunks.Remove(3);
        TestImage image = new((6 * ChunkSize) - 100, Cut(chunks, 5, ChunkSize - 100));
        await using SnapshotReader reader = await image.OpenAsync();
        await reader.RestoreFileAsync("disk", folder["whole"], null, Stop);
        byte[] expected = File.ReadAllBytes(folder["whole"]);
        // What is there: one chunk right, one wrong, dirt where zeros belong, and the rest missing.
        byte[] part = expected[..(3 * ChunkSize)];
        part[ChunkSize + 5] ^= 1;
        part[2 * ChunkSize] = 9;
        File.WriteAllBytes(folder["part"], part);
        image.Fetched.Clear();
        RestoreFileResult result = await reader.RestoreFileAsync("disk", folder["part"], new() { Resume = true, Overwrite = true }, Stop);
        Assert.Equal(expected, File.ReadAllBytes(folder["part"]));
        Assert.Equal(ChunkSize, result.BytesKept);
        Assert.Equal(3, image.Fetched.Count);
    }

    [Fact]
    public async Task RestoreFile_ResumeOverAnotherFile_ReplacesItOnlyWhenComplete()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There, no file is replaced that is open.");
        using TestFolder folder = new();
        TestImage image = new(4 * ChunkSize, Enumerable.Range(0, 4).ToDictionary(static i => i, static i => Random(i, ChunkSize)));
        await using SnapshotReader reader = await image.OpenAsync(new() { MaxChunksAhead = 1 });
        byte[] old = [.. Random(8, ChunkSize), .. Random(1, ChunkSize), .. Random(9, 3 * ChunkSize)];
        File.WriteAllBytes(folder["disk"], old);
        RestoreFileOptions options = new() { Resume = true, Overwrite = true };
        image.Gate = (_, _) => image.Fetched.Count > 1 ? throw new IOException("The line is cut.") : Task.CompletedTask;
        await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync("disk", folder["disk"], options, Stop));
        Assert.Equal(old, File.ReadAllBytes(folder["disk"]));
        Assert.True(File.Exists(SnapshotReader.GetPartialPath(folder["disk"])));
        image.Gate = null;
        image.Fetched.Clear();
        // Who has it open has the old file, as its other names do.
        using FileStream before = File.Open(folder["disk"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

        RestoreFileResult result = await reader.RestoreFileAsync("disk", folder["disk"], options, Stop);

        Assert.Equal((2 * ChunkSize, 2 * ChunkSize), (result.BytesKept, result.BytesWritten));
        Assert.Equal(2, image.Fetched.Count);
        Assert.Equal(Enumerable.Range(0, 4).SelectMany(static i => Random(i, ChunkSize)), File.ReadAllBytes(folder["disk"]));
        byte[] kept = new byte[old.Length];
        before.ReadExactly(kept);
        Assert.Equal(old, kept);
        Assert.False(File.Exists(SnapshotReader.GetPartialPath(folder["disk"])));
    }

    [Fact]
    public async Task RestoreFile_OverwriteALongerFile_LeavesNothingOfIt()
    {
        using TestFolder folder = new();
        TestImage image = new(3 * ChunkSize, new Dictionary<int, byte[]> { [1] = Random(4, ChunkSize) });
        await using SnapshotReader reader = await image.OpenAsync();
        File.WriteAllBytes(folder["disk"], Random(9, 5 * ChunkSize));
        await reader.RestoreFileAsync("disk", folder["disk"], new() { Overwrite = true }, Stop);
        byte[] back = File.ReadAllBytes(folder["disk"]);
        Assert.Equal((byte[])[.. new byte[ChunkSize], .. Random(4, ChunkSize), .. new byte[ChunkSize]], back);
    }

    [Fact]
    public async Task RestoreFile_BrokenOffAtHalf_IsResumed()
    {
        using TestFolder folder = new();
        TestImage image = new(6 * ChunkSize, Enumerable.Range(0, 6).ToDictionary(static i => i, static i => Random(i + 1, ChunkSize)));
        await using SnapshotReader reader = await image.OpenAsync(new() { MaxChunksAhead = 1 });
        image.Gate = (_, _) => image.Fetched.Count > 3 ? throw new IOException("The line is cut.") : Task.CompletedTask;
        await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync("disk", folder["disk"], null, Stop));
        Assert.False(File.Exists(folder["disk"]));
        Assert.True(File.Exists(folder["disk.prox-partial"]));
        image.Gate = null;
        image.Fetched.Clear();
        RestoreFileResult result = await reader.RestoreFileAsync("disk", folder["disk"], new() { Resume = true }, Stop);
        Assert.Equal(3 * ChunkSize, result.BytesKept);
        Assert.Equal(3, image.Fetched.Count);
        Assert.Equal(Enumerable.Range(1, 6).SelectMany(static i => Random(i, ChunkSize)), File.ReadAllBytes(folder["disk"]));
        Assert.False(File.Exists(folder["disk.prox-partial"]));
    }

    [Fact]
    public async Task RestoreFile_Resume_KeepsHoles()
    {
        using TestFolder folder = new();
        byte[][] chunks = [.. Enumerable.Range(1, 4).Select(static i => Random(i, ChunkSize))];
        foreach (byte[] chunk in chunks)
            Array.Clear(chunk, ChunkSize / 4, ChunkSize / 2);
        TestImage image = new(6 * ChunkSize, chunks.Index().ToDictionary(static chunk => chunk.Index, static chunk => chunk.Item));
        byte[] expected = [.. chunks.SelectMany(static chunk => chunk), .. new byte[2 * ChunkSize]];
        // The first chunk is right, and where the third has zeros there is dirt.
        byte[] part = new byte[6 * ChunkSize];
        chunks[0].CopyTo(part, 0);
        part[(2 * ChunkSize) + (ChunkSize / 2)] = 7;
        File.WriteAllBytes(SnapshotReader.GetPartialPath(folder["disk"]), part);
        await using SnapshotReader reader = await image.OpenAsync();

        RestoreFileResult result = await reader.RestoreFileAsync("disk", folder["disk"], new() { Resume = true }, Stop);

        Assert.Equal(expected, File.ReadAllBytes(folder["disk"]));
        Assert.Equal(3 * ChunkSize, result.BytesKept);
        Assert.Equal((3 * ChunkSize / 2) + 4096, result.BytesWritten);
        Assert.Equal((3 * ChunkSize / 2) - 4096, result.BytesLeftOut);
    }

    [Fact]
    public async Task RestoreFile_BrokenOffAtARate_KeepsWhatWasFetched()
    {
        using TestFolder folder = new();
        FakeTimeProvider time = new();
        byte[][] chunks = [.. Enumerable.Range(1, 6).Select(static i => Random(i, ChunkSize))];
        TestImage image = new(6 * ChunkSize, chunks.Index().ToDictionary(static chunk => chunk.Index, static chunk => chunk.Item));
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using (SnapshotReader reader = await image.OpenAsync(new() { BytesPerSecond = ChunkSize / 10, TimeProvider = time }))
        {
            Task restore = reader.RestoreFileAsync("disk", folder["disk"], null, stop.Token);
            while (image.Fetched.Count < 4)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => restore);
        }

        Assert.InRange(image.MostAtOnce, 1, 2);

        // Two are under way at once and may overtake each other, but none is begun before what lies two places before it is written.
        Assert.Empty(image.Fetched.Take(4).Except(chunks.Take(5).Select(static chunk => ChunkDigest.Compute(chunk, null))));
        await using SnapshotReader again = await image.OpenAsync();
        RestoreFileResult result = await again.RestoreFileAsync("disk", folder["disk"], new() { Resume = true }, Stop);
        Assert.InRange(result.BytesKept, 2 * ChunkSize, 5 * ChunkSize);
        Assert.Equal(chunks.SelectMany(static chunk => chunk), File.ReadAllBytes(folder["disk"]));
    }

    [Fact]
    public async Task RestoreFile_ResumeWithACompleteFile_KeepsAllOfIt()
    {
        using TestFolder folder = new();
        TestImage image = new(3 * ChunkSize, new Dictionary<int, byte[]> { [1] = Random(4, ChunkSize) });
        await using SnapshotReader reader = await image.OpenAsync();
        await reader.RestoreFileAsync("disk", folder["disk"], null, Stop);
        image.Fetched.Clear();
        RestoreFileResult result = await reader.RestoreFileAsync("disk", folder["disk"], new() { Resume = true }, Stop);
        Assert.Equal((3 * ChunkSize, 0), (result.BytesKept, result.BytesWritten));
        Assert.Empty(image.Fetched);
        File.AppendAllText(folder["disk"], "more");
        await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync("disk", folder["disk"], new() { Resume = true }, Stop));
        Assert.Equal((3 * ChunkSize) + 4, new FileInfo(folder["disk"]).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task RestoreFile_OverwriteFails_LeavesWhatExists(int intact)
    {
        using TestFolder folder = new();
        TestImage image = new(3 * ChunkSize, Enumerable.Range(0, 3).ToDictionary(static i => i, static i => Random(i + 1, ChunkSize)));
        await using SnapshotReader reader = await image.OpenAsync(new() { MaxChunksAhead = 1 });
        image.Gate = (_, _) => image.Fetched.Count > intact ? throw new ProxmoxProtocolException("It is damaged.") : Task.CompletedTask;
        byte[] old = Random(9, 5000);
        File.WriteAllBytes(folder["disk"], old);
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => reader.RestoreFileAsync("disk", folder["disk"], new() { Overwrite = true }, Stop));
        Assert.Equal(old, File.ReadAllBytes(folder["disk"]));
        Assert.Equal(intact > 0, File.Exists(SnapshotReader.GetPartialPath(folder["disk"])));

        // The old file was not what a resumed restore begins with.
        image.Gate = null;
        await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync("disk", folder["disk"], new() { Resume = true }, Stop));
        Assert.Equal(old, File.ReadAllBytes(folder["disk"]));
        RestoreFileResult result = await reader.RestoreFileAsync("disk", folder["disk"], new() { Resume = true, Overwrite = true }, Stop);
        Assert.Equal(intact * ChunkSize, result.BytesKept);
        Assert.Equal(Enumerable.Range(1, 3).SelectMany(static i => Random(i, ChunkSize)), File.ReadAllBytes(folder["disk"]));
    }

    [Fact]
    public async Task RestoreFile_Overwrite_KeepsMode()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are those of Unix.");
        using TestFolder folder = new();
        TestImage image = new(ChunkSize, new Dictionary<int, byte[]> { [0] = Random(4, ChunkSize) });
        await using SnapshotReader reader = await image.OpenAsync();
        File.WriteAllText(folder["disk"], "old");
        UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder["disk"], mode);
        await reader.RestoreFileAsync("disk", folder["disk"], new() { Overwrite = true }, Stop);
        Assert.Equal(Random(4, ChunkSize), File.ReadAllBytes(folder["disk"]));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(mode, File.GetUnixFileMode(folder["disk"]));
        await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync("disk", folder["disk"], null, Stop));
        await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync("disk", folder.Root, new() { Overwrite = true }, Stop));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task RestoreFile_ToALink_IsRefusedUnlessToADevice(bool overwrite, bool resume)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Links and devices as Linux has them.");
        using TestFolder folder = new();
        RestoreFileOptions options = new() { Overwrite = overwrite, Resume = resume };
        TestImage image = new(ChunkSize, new Dictionary<int, byte[]> { [0] = Random(4, ChunkSize) });
        await using SnapshotReader reader = await image.OpenAsync();
        File.WriteAllText(folder["precious"], "old");
        File.CreateSymbolicLink(folder["link"], "precious");
        File.CreateSymbolicLink(folder["nowhere"], "missing");
        foreach ((string link, string target) in new[] { ("link", "precious"), ("nowhere", "missing") })
        {
            IOException refused = await Assert.ThrowsAsync<IOException>(() => reader.RestoreFileAsync("disk", folder[link], options, Stop));
            Assert.Contains(folder[link], refused.Message, StringComparison.Ordinal);
            Assert.Contains(folder[target], refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal("old", File.ReadAllText(folder["precious"]));
        Assert.Equal(3, Directory.GetFileSystemEntries(folder.Root).Length);
        if (overwrite && !resume)
        {
            File.CreateSymbolicLink(folder["device"], "/dev/null");
            Assert.Equal(ChunkSize, (await reader.RestoreFileAsync("disk", folder["device"], options, Stop)).BytesWritten);
            Assert.Equal("/dev/null", new FileInfo(folder["device"]).LinkTarget);
        }
    }

    [Fact]
    public void InUse_MountedDevice_NamesItAndTheNextStep()
    {
        Assert.Null(RestoreTarget.InUse("/dev/sdz", 13));
        IOException? used = RestoreTarget.InUse("/dev/sdz", 16);
        Assert.Contains("/dev/sdz is in use: it is mounted", used?.Message, StringComparison.Ordinal);
        Assert.Contains("Unmount it, or restore to another device", used?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 4294967295)]
    [InlineData(5000, 5000)]
    [InlineData(5000, 17592186040320)]
    public void LargestFile_ImageThatIsLarger_NamesTheLimitAndTheSize(long before, long limit)
    {
        const long size = 20L << 40;
        long length = before;
        IOException refused = LargestFile.Tell("/mnt/disk", before, size, wanted => length = wanted <= limit ? wanted : throw new ArgumentOutOfRangeException(nameof(wanted)), new IOException());
        Assert.StartsWith($"/mnt/disk cannot be written: its file system holds files of {limit} bytes at most, and the image has {size}.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, length);
    }

    [Fact]
    public void RequireRoom_SmallerDevice_IsRefused()
    {
        RestoreTarget.RequireRoom("/dev/sdz", 4096, 4096);
        IOException exception = Assert.Throws<IOException>(() => RestoreTarget.RequireRoom("/dev/sdz", 4096, 4097));
        Assert.Contains("/dev/sdz has 4096 bytes, and the image has 4097", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RestoreFile_NotSparse_WritesAllBytes()
    {
        using TestFolder folder = new();
        TestImage image = new(3 * ChunkSize, new Dictionary<int, byte[]> { [1] = Random(4, ChunkSize) });
        await using SnapshotReader reader = await image.OpenAsync();
        RestoreFileResult result = await reader.RestoreFileAsync("disk", folder["disk"], new() { Sparse = false }, Stop);
        Assert.Equal((3 * ChunkSize, 0), (result.BytesWritten, result.BytesLeftOut));
    }

    [Fact]
    public async Task CopyTo_ManyChunks_FetchesAheadWithinItsLimits()
    {
        TestImage image = new(40 * 65536, Enumerable.Range(0, 40).ToDictionary(static i => i, static i => Random(i, 65536)), chunkSize: 65536);
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        // It begins with fewer.
        HashSet<Sha256Digest> late = [.. Enumerable.Range(10, 30).Select(static i => ChunkDigest.Compute(Random(i, 65536), null))];
        int waiting = 0;
        image.Gate = async (digest, stop) =>
        {
            if (!late.Contains(digest))
                return;
            if (Interlocked.Increment(ref waiting) == 4)
                all.TrySetResult();
            await all.Task.WaitAsync(stop);
        };
        await using SnapshotReader reader = await image.OpenAsync(new() { MaxChunksAhead = 4, TimeProvider = new FakeTimeProvider() });
        MemoryStream output = new();
        await reader.CopyToAsync("disk", output, null, Stop);
        Assert.Equal(4, image.MostAtOnce);
        Assert.Equal(40, image.Fetched.Count);
        Assert.Equal(Enumerable.Range(0, 40).SelectMany(static i => Random(i, 65536)), output.ToArray());
    }

    [Fact]
    public async Task CopyTo_LimitOfBytes_HoldsBackChunks()
    {
        TestImage image = new(10 * 65536, Enumerable.Range(0, 10).ToDictionary(static i => i, static i => Random(i, 65536)), chunkSize: 65536);
        await using SnapshotReader reader = await image.OpenAsync(new() { MaxChunksAhead = 8, MaxBytesAhead = 1 });
        await reader.CopyToAsync("disk", Stream.Null, null, Stop);
        Assert.Equal(1, image.MostAtOnce);
    }

    [Fact]
    public async Task CopyTo_EqualChunksCloseTogether_AreFetchedOnce()
    {
        // At first it does not look so far ahead.
        int[] seeds = [.. Enumerable.Range(2, 12), .. Enumerable.Range(0, 8).Select(static i => i % 2)];
        TestImage image = new(20 * 65536, Enumerable.Range(0, 20).ToDictionary(static i => i, i => Random(seeds[i], 65536)), chunkSize: 65536);
        await using SnapshotReader reader = await image.OpenAsync(new() { TimeProvider = new FakeTimeProvider() });
        MemoryStream output = new();
        await reader.CopyToAsync("disk", output, null, Stop);
        Assert.Equal(14, image.Fetched.Count);
        Assert.Equal(seeds.SelectMany(static seed => Random(seed, 65536)), output.ToArray());
    }

    [Fact]
    public async Task CopyTo_Cancelled_EndsAndTheReaderStaysUsable()
    {
        TestImage image = new(8 * 65536, Enumerable.Range(0, 8).ToDictionary(static i => i, static i => Random(i, 65536)), chunkSize: 65536);
        using CancellationTokenSource source = new();
        image.Gate = async (_, stop) =>
        {
            await source.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
        };
        await using SnapshotReader reader = await image.OpenAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.CopyToAsync("disk", Stream.Null, null, source.Token));
        image.Gate = null;
        await reader.CopyToAsync("disk", Stream.Null, null, Stop);
    }

    [Fact]
    public async Task CopyTo_Progress_TellsBytesChunksAndTimeLeft()
    {
        FakeTimeProvider time = new();
        TestImage image = new(4 * 65536, Enumerable.Range(0, 4).ToDictionary(static i => i, static i => Random(i, 65536)), chunkSize: 65536);
        List<RestoreProgress> reports = [];
        await using SnapshotReader reader = await image.OpenAsync(new() { TimeProvider = time });
        ImmediateProgress<RestoreProgress> progress = new(report =>
        {
            reports.Add(report);
            time.Advance(TimeSpan.FromSeconds(1));
        });
        await reader.CopyToAsync("disk", Stream.Null, progress, Stop);
        Assert.Equal([65536, 2 * 65536, 3 * 65536, 4 * 65536], reports.Select(static report => report.BytesDone));
        Assert.Equal(("disk.img", 4, 4, 4 * 65536), (reports[3].File, reports[3].ChunksDone, reports[3].ChunksTotal, reports[3].BytesTotal));
        Assert.Equal(TimeSpan.FromSeconds(1), reports[1].Remaining);
        Assert.True(reports[3].BytesFetched > 4 * 65536);
    }

    [Fact]
    public async Task OpenStream_JumpToTheEnd_FetchesOnlyWhatIsRead()
    {
        TestImage image = new(100 * 65536, Enumerable.Range(0, 100).ToDictionary(static i => i, static i => Random(i, 65536)), chunkSize: 65536);
        await using SnapshotReader reader = await image.OpenAsync();
        await using Stream stream = await reader.OpenStreamAsync("disk", Stop);
        stream.Position = 98 * 65536;
        byte[] buffer = new byte[65536];
        await stream.ReadExactlyAsync(buffer, Stop);
        Assert.Equal(Random(98, 65536), buffer);
        Assert.InRange(image.Fetched.Count, 1, 2);
        ReadNow(stream, buffer);
        Assert.Equal(Random(99, 65536), buffer);
    }

    // A read that waits, as callers without asynchronous code do it.
    private static void ReadNow(Stream stream, byte[] buffer) => stream.ReadExactly(buffer);

    [Fact]
    public async Task OpenStream_AtTheEnd_ReadsNothing()
    {
        TestImage image = new(2 * 65536, Enumerable.Range(0, 2).ToDictionary(static i => i, static i => Random(i, 65536)), chunkSize: 65536);
        await using SnapshotReader reader = await image.OpenAsync();
        await using Stream stream = await reader.OpenStreamAsync("disk", Stop);
        stream.Position = stream.Length;
        Assert.Equal(0, await stream.ReadAsync(new byte[10], Stop));
    }

    private static Dictionary<int, byte[]> Cut(Dictionary<int, byte[]> chunks, int position, int length)
    {
        chunks[position] = chunks[position][..length];
        return chunks;
    }

    private static byte[] Random(int seed, int length)
    {
        byte[] data = new byte[length];
        new Random(seed).NextBytes(data);
        return data;
    }
}
