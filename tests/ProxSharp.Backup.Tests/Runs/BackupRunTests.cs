using System.Collections.Concurrent;
using System.Text;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Protocol.Http2;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Backup.Upload;

namespace ProxSharp.Backup.Tests.Runs;

public sealed class BackupRunTests
{
    private const int MiB = 1 << 20;

    private readonly FakeBackup _backup = new();

    [Fact]
    public async Task Run_Image_IsStoredAsItIs()
    {
        byte[] image = FakeBackup.Random((21 * MiB) + 5);
        BackupResult result = await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))]);

        Assert.Equal(image, _backup.Store.Read("disk.img.fidx"));
        BackupArchiveResult archive = Assert.Single(result.Archives);
        Assert.Equal(("disk.img.fidx", image.Length, 6L, 0L), (archive.Name, archive.Size, archive.Chunks, archive.ChunksReused));
        Assert.Equal(image.Length, result.BytesUploaded);
        Assert.Empty(result.Warnings);
    }

    [Fact]
    public async Task Run_SeveralArchives_HasTheRequestsOfTheOfficialClientInOrder()
    {
        byte[] image = new byte[3 * MiB];
        await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image)), BackupSource.Blob("vm.conf", "a: b\n"u8.ToArray())]);
        await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image)), BackupSource.Blob("vm.conf", "a: b\n"u8.ToArray())]);

        Assert.Equal(
            [
                "GET /previous_backup_time", "GET /previous index.json.blob", "GET /previous disk.img.fidx", "POST /fixed_index disk.img.fidx", "PUT /fixed_index",
                "POST /fixed_close", "POST /blob vm.conf.blob", "POST /blob index.json.blob", "POST /finish",
            ],
            _backup.Channel.Requests);
    }

    [Fact]
    public async Task Run_SecondTime_UploadsOnlyWhatChanged()
    {
        byte[] image = FakeBackup.Random(40 * MiB);
        await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))]);
        image[(9 * MiB) + 17] ^= 1;
        BackupResult second = await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))]);

        Assert.Equal(4 * MiB, second.BytesUploaded);
        Assert.Equal(36 * MiB, second.BytesReused);
        Assert.Equal((4 * MiB) + DataBlob.HeaderSize, _backup.Channel.ChunkBytes);
        Assert.Equal(image, _backup.Store.Read("disk.img.fidx"));
        Assert.NotNull(second.Previous);
    }

    [Fact]
    public async Task Run_WithoutReuse_UploadsEverything()
    {
        byte[] image = FakeBackup.Random(8 * MiB);
        await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))]);
        BackupResult second = await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))], new BackupOptions { ReusePrevious = false });
        Assert.Equal((8 * MiB, null), (second.BytesUploaded, second.Previous));
    }

    [Fact]
    public async Task Run_EmptySpace_IsUploadedOnce()
    {
        byte[] image = new byte[64 * MiB];
        BackupResult result = await _backup.RunAsync([BackupSource.Image("a", new MemoryStream(image)), BackupSource.Image("b", new MemoryStream(image))]);
        Assert.Equal(4 * MiB, result.BytesUploaded);
        Assert.Single(_backup.Store.Chunks);
        Assert.Equal(image, _backup.Store.Read("b.img.fidx"));
    }

    [Fact]
    public async Task Run_Stream_IsCutByItsContent()
    {
        byte[] content = FakeBackup.Random(40 * MiB);
        await _backup.RunAsync([BackupSource.Stream("root.pxar", new MemoryStream(content))]);
        Assert.Equal(content, _backup.Store.Read("root.pxar.didx"));

        byte[] shifted = [.. "some bytes in front"u8, .. content];
        BackupResult second = await _backup.RunAsync([BackupSource.Stream("root.pxar", new MemoryStream(shifted))]);
        Assert.Equal(shifted, _backup.Store.Read("root.pxar.didx"));
        Assert.InRange(second.BytesUploaded, 1, 17 * MiB);
    }

    [Fact]
    public async Task Run_SmallChunks_AreAppendedInBatches()
    {
        byte[] content = FakeBackup.Random(80 * MiB);
        BackupResult result = await _backup.RunAsync([BackupSource.Stream("root.pxar", new MemoryStream(content))], new BackupOptions { ChunkSize = 64 << 10 });
        Assert.Equal(content, _backup.Store.Read("root.pxar.didx"));
        Assert.InRange(result.Archives[0].Chunks, 700, 3000);
        Assert.Equal((result.Archives[0].Chunks + 511) / 512, _backup.Channel.Requests.Count(static request => request == "PUT /dynamic_index"));
    }

    [Fact]
    public async Task Run_Encrypted_StoresNothingPlain()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        byte[] image = [.. Enumerable.Repeat("Some text that would be seen. "u8.ToArray(), 200_000).SelectMany(static text => text)];
        BackupResult result = await _backup.RunAsync(
            [BackupSource.Image("disk", new MemoryStream(image)), BackupSource.Blob("vm.conf", "memory: 512"u8.ToArray())], new BackupOptions { Key = key });

        Assert.All(_backup.Store.Chunks.Values, static blob => Assert.True(DataBlob.IsEncrypted(DataBlob.ReadKind(blob))));
        Assert.Equal(image, _backup.Store.Read("disk.img.fidx", key));
        Assert.Equal("memory: 512", Encoding.UTF8.GetString(_backup.Store.Read("vm.conf.blob", key)));
        Assert.All(result.Manifest.Files, static file => Assert.Equal(CryptMode.Encrypt, file.CryptMode));
        Assert.Equal(ManifestSignature.Valid, _backup.Store.Manifest().CheckSignature(key));

        BackupResult second = await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))], new BackupOptions { Key = key });
        Assert.Equal(0, second.BytesUploaded);
    }

    [Fact]
    public async Task Run_SignOnly_StoresPlainAndSigns()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        byte[] image = FakeBackup.Random(5 * MiB);
        await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))], new BackupOptions { Key = key, CryptMode = CryptMode.SignOnly });
        Assert.Equal(image, _backup.Store.Read("disk.img.fidx"));
        Assert.Equal(ManifestSignature.Valid, _backup.Store.Manifest().CheckSignature(key));
        Assert.Equal(CryptMode.SignOnly, _backup.Store.Manifest().Files[0].CryptMode);
    }

    [Fact]
    public async Task Run_KeyGoneAway_UploadsAnewWithAWarning()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        byte[] image = FakeBackup.Random(5 * MiB);
        await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))], new BackupOptions { Key = key });
        BackupResult plain = await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))]);

        BackupWarning warning = Assert.Single(plain.Warnings);
        Assert.Contains("made without a key", warning.Text, StringComparison.Ordinal);
        Assert.Equal(image.Length, plain.BytesUploaded);
        Assert.Null(plain.Previous);
    }

    [Fact]
    public async Task Run_PreviousWithoutSignature_IsNotReusedWithAKey()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        byte[] image = FakeBackup.Random(5 * MiB);
        await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))]);
        BackupOptions signed = new() { Key = key, CryptMode = CryptMode.SignOnly };
        BackupResult second = await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))], signed);
        BackupResult third = await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))], signed);

        Assert.Contains("it has no signature", Assert.Single(second.Warnings).Text, StringComparison.Ordinal);
        Assert.Null(second.Previous);
        Assert.Empty(third.Warnings);
        Assert.NotNull(third.Previous);
    }

    [Fact]
    public async Task Run_MasterKey_StoresTheKeyForIt()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        using MasterPrivateKey master = MasterPrivateKey.Create();
        using MasterPublicKey open = master.GetPublicKey();
        await _backup.RunAsync([BackupSource.Blob("vm.conf", "x"u8.ToArray())], new BackupOptions { Key = key, MasterKey = open });

        byte[] blob = _backup.Store.Snapshots[0][ArchiveName.EncryptedKey];
        Assert.Equal(DataBlobKind.Uncompressed, DataBlob.ReadKind(blob));
        using CryptConfig restored = master.Decrypt(blob.AsSpan(DataBlob.HeaderSize)).Unlock();
        Assert.Equal(key.Fingerprint, restored.Fingerprint);
        Assert.Equal(["vm.conf.blob", ArchiveName.EncryptedKey], _backup.Store.Manifest().Files.Select(static file => file.FileName));
    }

    [Fact]
    public async Task Run_OptionsThatDoNotFit_AreRefused()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        await Assert.ThrowsAsync<ArgumentException>(() => _backup.RunAsync([BackupSource.Blob("a.conf", default)], new BackupOptions { Key = key, CryptMode = CryptMode.None }));
        await Assert.ThrowsAsync<ArgumentException>(() => _backup.RunAsync([BackupSource.Blob("a.conf", default)], new BackupOptions { CryptMode = CryptMode.Encrypt }));
    }

    [Theory]
    [InlineData("GET /previous index.json.blob")]
    [InlineData("GET /previous disk.img.fidx")]
    public async Task Run_PreviousThatTheServerGivesUp_IsDoneWithout(string given)
    {
        byte[] image = FakeBackup.Random(MiB);
        await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))]);
        BackupResult result = await _backup.RunAsync(
            [BackupSource.Image("disk", new MemoryStream(image))],
            prepare: channel => channel.Intercept = (line, _) => line == given
                ? throw new BackupSessionLostException("fake:8007 did not answer it to the end.", new StreamResetException(2, isUntouched: false))
                : Task.FromResult<ChannelAnswer?>(null));

        Assert.Equal(MiB, result.BytesUploaded);
        Assert.Contains("did not answer it to the end", Assert.Single(result.Warnings).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OneNameInTwoModes_IsRefused()
    {
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(() => _backup.RunAsync(
            [BackupSource.Directory("root", "/nowhere"), BackupSource.Directory("root", "/nowhere", changeDetection: ChangeDetectionMode.Data)]));
        Assert.StartsWith("Two archives of the backup would be called root.pxar.", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public async Task Run_MoreIndexesThanASessionHas_IsRefusedBeforehand(int count, bool isTaken)
    {
        BackupSource[] sources = [.. Enumerable.Range(0, count).Select(static number => BackupSource.Image($"disk{number}", new MemoryStream([1])))];
        Exception? refused = await Record.ExceptionAsync(() => _backup.RunAsync(sources));
        Assert.Equal(isTaken, refused is null);
        Assert.Equal(isTaken, _backup.Channel.Requests.Count > 0);
    }

    [Fact]
    public async Task Run_Cancelled_DropsTheConnection()
    {
        byte[] image = FakeBackup.Random(40 * MiB);
        using CancellationTokenSource cancellation = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _backup.RunAsync(
            [BackupSource.Image("disk", new MemoryStream(image))],
            prepare: channel => channel.Intercept = async (line, token) =>
            {
                if (line == "POST /fixed_chunk")
                {
                    await cancellation.CancelAsync();
                    await Task.Delay(Timeout.InfiniteTimeSpan, token);
                }

                return null;
            },
            cancellationToken: cancellation.Token));
        Assert.True(_backup.Channel is { IsDisposed: true, IsFinished: false });
        Assert.Empty(_backup.Store.Snapshots);
    }

    [Fact]
    public async Task Run_SourceEndsEarly_IsAFailureOfTheSource()
    {
        BackupSourceException failure = await Assert.ThrowsAsync<BackupSourceException>(
            () => _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(new byte[100]), 200)]));
        Assert.Equal("disk.img.fidx", failure.Archive);
        Assert.Contains("ended after 100 bytes", failure.Message, StringComparison.Ordinal);
        Assert.True(_backup.Channel is { IsDisposed: true, IsFinished: false });
    }

    [Fact]
    public async Task Run_EmptyStreamOrMissingFile_IsAFailureOfTheSource()
    {
        await Assert.ThrowsAsync<BackupSourceException>(() => _backup.RunAsync([BackupSource.Stream("a.pxar", new MemoryStream())]));
        await Assert.ThrowsAsync<BackupSourceException>(() => _backup.RunAsync([BackupSource.Image("a", "/nowhere/at/all")]));
        await Assert.ThrowsAsync<BackupSourceException>(() => _backup.RunAsync([BackupSource.File("a.conf", "/nowhere/at/all")]));
    }

    [Fact]
    public async Task Run_PreviousManifestDamaged_UploadsAnewWithAWarning()
    {
        byte[] image = FakeBackup.Random(5 * MiB);
        await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))]);
        _backup.Store.Snapshots[0][ArchiveName.Manifest][20] ^= 1;
        BackupResult second = await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))]);
        Assert.Single(second.Warnings);
        Assert.Equal(image.Length, second.BytesUploaded);
    }

    [Fact]
    public async Task Run_ChangedRanges_ReadsOnlyThose()
    {
        byte[] image = FakeBackup.Random((40 * MiB) + 100);
        BackupResult first = await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))]);
        image[(5 * MiB) + 3] ^= 1;
        image[^1] ^= 1;
        PreviousImage? asked = null;
        CountingStream stream = new(image);
        BackupImageOptions options = new()
        {
            ChangedRanges = (previous, _) =>
            {
                asked = previous;
                return ValueTask.FromResult<IReadOnlyList<ImageRange>?>([new ImageRange(image.Length - 1, 1), new ImageRange((5 * MiB) + 3, 1)]);
            },
        };
        List<BackupProgress> reports = [];
        BackupResult second = await _backup.RunAsync(
            [BackupSource.Image("disk", stream, options: options)],
            new BackupOptions { Progress = new InlineProgress<BackupProgress>(reports.Add), ProgressInterval = TimeSpan.Zero });

        Assert.Equal((first.Snapshot, image.Length, first.Archives[0].Checksum), (asked!.Snapshot, asked.Size, asked.Checksum));
        Assert.Equal((4 * MiB) + 100, stream.BytesRead);
        Assert.Equal((4 * MiB) + 100, second.BytesUploaded);
        Assert.Equal(image, _backup.Store.Read("disk.img.fidx"));
        Assert.Equal(image.Length, second.Archives[0].Size);
        Assert.Equal((36L * MiB, 11L, 9L), (second.BytesReused, second.Archives[0].Chunks, second.Archives[0].ChunksReused));
        Assert.Equal((image.Length, TimeSpan.Zero), (reports[^1].ArchiveBytes, reports[^1].Remaining));
    }

    [Fact]
    public async Task Run_NothingChanged_StoresTheSameImage()
    {
        byte[] image = FakeBackup.Random(9 * MiB);
        await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image))]);
        BackupImageOptions options = new() { ChangedRanges = static (_, _) => ValueTask.FromResult<IReadOnlyList<ImageRange>?>([]) };
        await _backup.RunAsync([BackupSource.Image("disk", new MemoryStream(image), options: options)]);
        Assert.Equal(image, _backup.Store.Read("disk.img.fidx"));
        Assert.DoesNotContain("PUT /fixed_index", _backup.Channel.Requests);
    }

    [Fact]
    public async Task Run_Progress_CountsAllArchives()
    {
        List<BackupProgress> reports = [];
        byte[] image = FakeBackup.Random(20 * MiB);
        await _backup.RunAsync(
            [BackupSource.Image("disk", new MemoryStream(image)), BackupSource.Blob("a.conf", "abc"u8.ToArray())],
            new BackupOptions { Progress = new InlineProgress<BackupProgress>(reports.Add), ProgressInterval = TimeSpan.Zero });

        Assert.Equal("disk.img.fidx", reports[0].Archive);
        Assert.Equal(image.Length, reports[0].ArchiveSize);
        Assert.Equal(image.Length + 3, reports[^1].BytesRead);
        Assert.Equal(image.Length + 3, reports[^1].BytesUploaded);
        Assert.Equal(reports.Select(static report => report.BytesRead).Order(), reports.Select(static report => report.BytesRead));
    }

    [Fact]
    public async Task Run_SlowLine_ProgressFollowsWhatIsSent()
    {
        ConcurrentQueue<BackupProgress> reports = [];
        byte[] image = FakeBackup.Random(40 * MiB);
        CountingStream stream = new(image);
        Task<BackupResult> running = _backup.RunAsync(
            [BackupSource.Image("disk", stream)],
            new BackupOptions { BytesPerSecond = MiB, BurstBytes = MiB, Progress = new InlineProgress<BackupProgress>(reports.Enqueue) });
        while (reports.IsEmpty)
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        while (!running.IsCompleted)
        {
            _backup.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await running;
        BackupProgress[] sending = [.. reports.Where(static report => report.BytesUploaded is > 0 and < 40 * MiB)];

        // Nothing is read any more for most of that time.
        Assert.InRange(sending.Count(report => report.BytesRead == image.Length), 10, 1000);
        Assert.All(sending, static report => Assert.NotNull(report.Remaining));
        Assert.All(sending, report => Assert.InRange(report.Remaining!.Value, Left(report, report.BytesUploaded + (8 * MiB)), Left(report, report.BytesUploaded)));
        Assert.All(reports.Zip(reports.Skip(1)), static pair => Assert.InRange(pair.Second.Elapsed - pair.First.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2)));
        Assert.Equal(TimeSpan.Zero, reports.Last().Remaining);

        // Two chunks may arrive between the numbers of one report.
        TimeSpan Left(BackupProgress report, long done) => report.Elapsed * (Math.Max(0, image.Length - done) / (double)done);
    }

    [Fact]
    public async Task Run_ProgressThrowsWhileNothingIsRead_EndsTheBackup()
    {
        bool isSent = false;
        Task<BackupResult> running = _backup.RunAsync(
            [BackupSource.Image("disk", new MemoryStream(FakeBackup.Random(20 * MiB)))],
            new BackupOptions
            {
                BytesPerSecond = MiB,
                Progress = new InlineProgress<BackupProgress>(report => _ = isSent && report.BytesRead == 20 * MiB ? throw new InvalidOperationException("no") : 0),
            },
            channel => channel.Intercept = (line, _) =>
            {
                isSent |= line == "POST /fixed_chunk";
                return Task.FromResult<ChannelAnswer?>(null);
            });
        while (!running.IsCompleted)
        {
            _backup.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.Equal("no", (await Assert.ThrowsAsync<InvalidOperationException>(() => running)).Message);
        Assert.True(_backup.Channel is { IsDisposed: true, IsFinished: false });
    }

    [Fact]
    public async Task Run_BadArguments_NameWhatIsWrong()
    {
        Assert.Equal("sources", (await Assert.ThrowsAsync<ArgumentException>(() => _backup.RunAsync([null!]))).ParamName);
        BackupSource[] one = [BackupSource.Blob("a.conf", "abc"u8.ToArray())];
        foreach ((BackupOptions options, string name) in new (BackupOptions, string)[]
        {
            (new() { ChunkSize = 12345 }, "ChunkSize"),
            (new() { ChunkSize = 8 << 20 }, "ChunkSize"),
            (new() { ChunkSize = (64 << 10) + 1 }, "ChunkSize"),
            (new() { BytesPerSecond = 0 }, "BytesPerSecond"),
            (new() { BurstBytes = -1 }, "BurstBytes"),
        })
        {
            ArgumentException refused = await Assert.ThrowsAnyAsync<ArgumentException>(() => _backup.RunAsync(one, options));
            Assert.StartsWith(name, refused is ArgumentOutOfRangeException ? refused.ParamName : refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_ProgressThrows_EndsTheBackup()
    {
        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => _backup.RunAsync(
            [BackupSource.Image("disk", new MemoryStream(new byte[MiB]))],
            new BackupOptions { Progress = new InlineProgress<BackupProgress>(static _ => throw new InvalidOperationException("no")), ProgressInterval = TimeSpan.Zero }));
        Assert.Equal("no", thrown.Message);
        Assert.True(_backup.Channel is { IsDisposed: true, IsFinished: false });
    }

    [Fact]
    public async Task Run_SlowServer_BoundsWhatIsUnderWay()
    {
        byte[] image = FakeBackup.Random(200 * MiB);
        TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using SemaphoreSlim stuck = new(0);
        CountingStream stream = new(image);
        Task<BackupResult> running = _backup.RunAsync(
            [BackupSource.Image("disk", stream)],
            prepare: channel => channel.Intercept = async (line, token) =>
            {
                if (line == "POST /fixed_chunk")
                {
                    stuck.Release();
                    await open.Task.WaitAsync(token);
                }

                return null;
            });
        UploadSettings settings = new();
        int most = settings.BlobMemory / ((4 * MiB) + DataBlob.HeaderSize);
        for (int i = 0; i < Math.Min(settings.Lanes, most); i++)
        {
            await stuck.WaitAsync(TestContext.Current.CancellationToken);
        }

        Assert.InRange(stream.BytesRead, 4 * MiB, settings.BlobMemory + settings.FixedWindow);
        open.SetResult();
        await running;
        Assert.Equal(image, _backup.Store.Read("disk.img.fidx"));
    }
}
