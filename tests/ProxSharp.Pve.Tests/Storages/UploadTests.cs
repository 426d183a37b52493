using System.Security.Cryptography;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Storages;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Pve.Tests.Storages;

/// <summary>Uploads.</summary>
public sealed class UploadTests(PveCluster cluster) : IClassFixture<PveCluster>
{
    private static readonly byte[] s_file = Bytes(3 << 20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Storage Local => cluster.Pve.Nodes[cluster.Node].Storages["local"];

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [Trait("Acceptance", "9")]
    public async Task UploadAndWait_WithChecksum_ArrivesAndReportsProgress(bool sync, bool computed)
    {
        List<TransferProgress> progress = [];
        UploadOptions options = new()
        {
            Checksum = computed
                ? UploadChecksum.ComputeFirst(ChecksumAlgorithm.Sha512)
                : UploadChecksum.Known(ChecksumAlgorithm.Sha256, $" {Convert.ToHexString(SHA256.HashData(s_file))}\n"),
            Progress = new ListProgress(progress),
        };
        string name = $"proxsharp-checksum-{sync}-{computed}.iso";
        await using PveClient client = new(cluster.Options with { TimeProvider = new RacingClock() });
        Storage local = client.Nodes[cluster.Node].Storages["local"];
        using MemoryStream source = new(s_file);
        UploadedVolume uploaded = sync
            ? local.UploadAndWait(source, name, UploadContent.Iso, options, Token)
            : await local.UploadAndWaitAsync(source, name, UploadContent.Iso, options, Token);

        Assert.Equal(($"local:iso/{name}", s_file.Length, "imgcopy"), (uploaded.Id.ToString(), uploaded.Size, uploaded.Task.Upid.Type));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(s_file)), uploaded.Sha256);
        Assert.Equal(s_file.Length, (await FindAsync(uploaded.Id)).Size);
        Assert.True(progress.Count > 10, $"{progress.Count} reports");
        Assert.Equal(progress.OrderBy(static report => report.Bytes), progress);
        Assert.Equal(new TransferProgress(s_file.Length, s_file.Length), progress[^1]);
        Assert.All(progress, static report => Assert.Equal(s_file.Length, report.Total));
        Assert.Equal(1, progress[^1].Fraction);
        await DeleteAsync(uploaded.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "9")]
    public async Task UploadAndWait_WrongChecksum_FailsWithTheServersText(bool sync)
    {
        UploadOptions options = new() { Checksum = UploadChecksum.Known(ChecksumAlgorithm.Sha256, new string('0', 64)) };
        using MemoryStream source = new(s_file);
        ProxmoxTaskFailedException exception = await Assert.ThrowsAsync<ProxmoxTaskFailedException>(async () => _ = sync
            ? Local.UploadAndWait(source, "proxsharp-wrong.iso", UploadContent.Iso, options, Token)
            : await Local.UploadAndWaitAsync(source, "proxsharp-wrong.iso", UploadContent.Iso, options, Token));
        Assert.StartsWith("checksum mismatch: got '", exception.ExitStatus, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(s_file)), exception.ExitStatus, StringComparison.Ordinal);
        Assert.Null(await TryFindAsync("iso/proxsharp-wrong.iso"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UploadAndWait_FailureThatIsNotToThrow_ThrowsAllTheSame(bool sync)
    {
        UploadOptions options = new() { Checksum = UploadChecksum.Known(ChecksumAlgorithm.Md5, new string('0', 32)), Wait = new() { ThrowOnFailure = false } };
        using MemoryStream source = new(s_file, 0, 1000);

        // There is no volume to return.
        await Assert.ThrowsAsync<ProxmoxTaskFailedException>(async () => _ = sync
            ? Local.UploadAndWait(source, "proxsharp-wrong2.iso", UploadContent.Iso, options, Token)
            : await Local.UploadAndWaitAsync(source, "proxsharp-wrong2.iso", UploadContent.Iso, options, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UploadAndWait_NameWithSpacesAndUmlauts_TellsTheNameItGot(bool sync)
    {
        using MemoryStream source = new([1, 2, 3]);
        UploadedVolume uploaded = sync
            ? Local.UploadAndWait(source, $"proxsharp müll {sync}.iso", UploadContent.Iso, null, Token)
            : await Local.UploadAndWaitAsync(source, $"proxsharp müll {sync}.iso", UploadContent.Iso, null, Token);
        Assert.Equal($"iso/proxsharp_m__ll_{sync}.iso", uploaded.Id.Name);
        Assert.Equal(3, (await FindAsync(uploaded.Id)).Size);
        await DeleteAsync(uploaded.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UploadFileAndWait_EmptyFile_Arrives(bool sync)
    {
        string path = Path.Combine(Path.GetTempPath(), $"proxsharp-empty-{Guid.NewGuid():N}.img");
        await File.WriteAllBytesAsync(path, [], Token);
        try
        {
            UploadedVolume uploaded = sync
                ? Local.UploadFileAndWait(path, UploadContent.Iso, cancellationToken: Token)
                : await Local.UploadFileAndWaitAsync(path, UploadContent.Iso, cancellationToken: Token);
            Assert.Equal(($"iso/{Path.GetFileName(path)}", 0), (uploaded.Id.Name, uploaded.Size));
            Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", uploaded.Sha256);
            Assert.Equal(0, (await FindAsync(uploaded.Id)).Size);
            await DeleteAsync(uploaded.Id);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UploadFile_ThenTheTask_Arrives(bool sync)
    {
        string path = Path.Combine(Path.GetTempPath(), $"proxsharp-{Guid.NewGuid():N}");
        await File.WriteAllBytesAsync(path, s_file, Token);
        try
        {
            string name = $"proxsharp-named-{sync}.tar.zst";
            PveTask task = sync
                ? Local.UploadFile(path, UploadContent.Vztmpl, name, cancellationToken: Token)
                : await Local.UploadFileAsync(path, UploadContent.Vztmpl, name, cancellationToken: Token);
            await task.WaitForCompletionAsync(Token);
            VolumeInfo volume = await FindAsync(new VolumeId(Local.Id, $"vztmpl/{name}"));
            Assert.Equal((StorageContent.ContainerTemplates, s_file.Length), (volume.Content, volume.Size));
            await DeleteAsync(volume.Id);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UploadFile_FileThatIsGone_SendsNothing(bool sync)
    {
        string path = Path.Combine(Path.GetTempPath(), $"proxsharp-gone-{Guid.NewGuid():N}.iso");
        using WirePve wire = new("{}");
        await Assert.ThrowsAsync<FileNotFoundException>(async () => _ = sync
            ? wire.Local.UploadFile(path, UploadContent.Iso, cancellationToken: Token)
            : await wire.Local.UploadFileAsync(path, UploadContent.Iso, cancellationToken: Token));
        Assert.Empty(wire.Stub.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_SourceThatShrinksOrBreaks_SaysSoAndLeavesNothing(bool sync)
    {
        SourceStream shrunk = new(s_file[..(1 << 20)]);
        SourceStream broken = new(s_file, 1 << 20, static () => throw new IOException("the disk is gone"));
        UploadOptions options = new() { Length = s_file.Length };
        Exception early = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SendAsync(shrunk, "proxsharp-shrunk.iso"));
        Assert.Contains("ended after 1048576 of 3145728 bytes", early.Message, StringComparison.Ordinal);
        Exception unreadable = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => SendAsync(broken, "proxsharp-broken.iso"));
        Assert.Contains("the disk is gone", unreadable.Message, StringComparison.Ordinal);
        Assert.Null(await TryFindAsync("iso/proxsharp-shrunk.iso"));
        Assert.Null(await TryFindAsync("iso/proxsharp-broken.iso"));

        async Task SendAsync(Stream source, string name) => _ = sync
            ? Local.UploadAndWait(source, name, UploadContent.Iso, options, Token)
            : await Local.UploadAndWaitAsync(source, name, UploadContent.Iso, options, Token);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_CancelledMidway_StopsAndLeavesNothing(bool sync)
    {
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        byte[] large = new byte[64 << 20];
        SourceStream source = new(large, 1 << 20, cancel.Cancel);
        UploadOptions options = new() { Length = large.Length };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => _ = sync
            ? Local.Upload(source, "proxsharp-cancelled.iso", UploadContent.Iso, options, cancel.Token)
            : await Local.UploadAsync(source, "proxsharp-cancelled.iso", UploadContent.Iso, options, cancel.Token));
        Assert.Null(await TryFindAsync("iso/proxsharp-cancelled.iso"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_SourceThatCannotSeek_NeedsItsLength(bool sync)
    {
        using WirePve wire = new("{}");
        await Assert.ThrowsAsync<ArgumentException>(async () => _ = sync
            ? wire.Local.Upload(new SourceStream(s_file), "a.iso", UploadContent.Iso, null, Token)
            : await wire.Local.UploadAsync(new SourceStream(s_file), "a.iso", UploadContent.Iso, null, Token));
        UploadOptions twice = new() { Length = s_file.Length, Checksum = UploadChecksum.ComputeFirst() };
        await Assert.ThrowsAsync<ArgumentException>(async () => _ = sync
            ? wire.Local.Upload(new SourceStream(s_file), "a.iso", UploadContent.Iso, twice, Token)
            : await wire.Local.UploadAsync(new SourceStream(s_file), "a.iso", UploadContent.Iso, twice, Token));
        Assert.Empty(wire.Stub.Calls);

        string name = $"proxsharp-once-{sync}.iso";
        UploadOptions known = new() { Length = s_file.Length, Checksum = UploadChecksum.Known(ChecksumAlgorithm.Sha256, Convert.ToHexString(SHA256.HashData(s_file))) };
        UploadedVolume uploaded = sync
            ? Local.UploadAndWait(new SourceStream(s_file), name, UploadContent.Iso, known, Token)
            : await Local.UploadAndWaitAsync(new SourceStream(s_file), name, UploadContent.Iso, known, Token);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(s_file)), uploaded.Sha256);
        await DeleteAsync(uploaded.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_PositionedStream_SendsTheRest(bool sync)
    {
        using MemoryStream source = new(s_file);
        source.Position = s_file.Length - 1000;
        string name = $"proxsharp-rest-{sync}.iso";
        UploadOptions options = new() { Checksum = UploadChecksum.ComputeFirst() };
        UploadedVolume uploaded = sync
            ? Local.UploadAndWait(source, name, UploadContent.Iso, options, Token)
            : await Local.UploadAndWaitAsync(source, name, UploadContent.Iso, options, Token);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(s_file.AsSpan()[^1000..])), uploaded.Sha256);
        Assert.Equal(1000, uploaded.Size);
        await DeleteAsync(uploaded.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "6")]
    public async Task Upload_ConnectionThatBreaks_IsNotRepeated(bool sync)
    {
        Assert.SkipWhen(cluster.IsLive, "Needs the simulator.");
        int seen = 0;
        cluster.Simulator.Faults.When(
            request => request.Path.EndsWith("/upload", StringComparison.Ordinal) && Interlocked.Increment(ref seen) > 0, Fault.DropAfterExecution);
        using MemoryStream source = new([1, 2, 3]);
        await Assert.ThrowsAsync<ProxmoxOutcomeUnknownException>(async () => _ = sync
            ? Local.Upload(source, "proxsharp-dropped.iso", UploadContent.Iso, null, Token)
            : await Local.UploadAsync(source, "proxsharp-dropped.iso", UploadContent.Iso, null, Token));
        Assert.Equal(1, seen);
    }

    [Theory]
    [InlineData("a.txt", "iso", true)]
    [InlineData("a.txt", "iso", false)]
    [InlineData("debian.iso", "vztmpl", true)]
    [InlineData("debian.iso", "vztmpl", false)]
    [InlineData(".iso", "iso", true)]
    [InlineData(".iso", "iso", false)]
    [InlineData("folder/.tar.zst", "vztmpl", true)]
    [InlineData("appliance.iso", "import", false)]
    public async Task Upload_NameThatDoesNotFitItsContent_IsRefusedBeforeItIsSent(string name, string kind, bool sync)
    {
        using WirePve wire = new("{}");
        using MemoryStream source = new([1, 2, 3]);
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(async () => _ = sync
            ? wire.Local.Upload(source, name, new UploadContent(kind), null, Token)
            : await wire.Local.UploadAsync(source, name, new UploadContent(kind), null, Token));
        Assert.StartsWith($"'{name}' is no name for content of the kind {kind}: it must end with .", refused.Message, StringComparison.Ordinal);
        Assert.Equal("name", refused.ParamName);
        Assert.Empty(wire.Stub.Calls);
    }

    [Theory]
    [InlineData("sha256", "abc")]
    [InlineData("sha256", "zz00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("md5", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void Known_TextThatIsNoChecksum_IsRefused(string algorithm, string value) =>
        Assert.Throws<ArgumentException>(() => UploadChecksum.Known(new ChecksumAlgorithm(algorithm), value));

    [Fact]
    public void ComputeFirst_AlgorithmThatIsUnknown_IsRefused() => Assert.Throws<ArgumentException>(() => UploadChecksum.ComputeFirst(ChecksumAlgorithm.Sha224));

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(42).NextBytes(bytes);
        return bytes;
    }

    private async Task<VolumeInfo> FindAsync(VolumeId id) => await TryFindAsync(id.Name) ?? throw new InvalidOperationException($"{id} is not there.");

    private async Task<VolumeInfo?> TryFindAsync(string name) =>
        (await Local.Volumes.ListAsync(cancellationToken: Token)).FirstOrDefault(volume => volume.Id.Name == name);

    private async Task DeleteAsync(VolumeId id) => await (await Local.Volumes[id].DeleteAsync(Token)).WaitForCompletionAsync(Token);

    private sealed class ListProgress(List<TransferProgress> reports) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => reports.Add(value);
    }
}
