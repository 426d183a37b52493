using System.Buffers;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Tests.Fakes;
using ProxSharp.Ids;
using ProxSharp.Simulator;

namespace ProxSharp.Backup.Tests.Protocol;

/// <summary>The session's own HTTP/2 against that of Kestrel.</summary>
public sealed class Http2ChannelTests : IAsyncLifetime
{
    private const int MiB = 1 << 20;
    private static readonly BackupSnapshotPath s_benchmark = new(BackupGroupPath.Parse("host/benchmark"), DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

    private BackupServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await BackupServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Start_LineWasClosedMeanwhile_IsToldInWordsOfTheConnection()
    {
        MemoryStream closed = new();
        await closed.DisposeAsync();

        BackupSessionLostException lost = await Assert.ThrowsAsync<BackupSessionLostException>(
            () => Http2Channel.StartAsync(closed, closed, "pbs1", "the backup", TimeProvider.System, TestContext.Current.CancellationToken));

        Assert.Equal("The connection of the backup to pbs1 broke: it was closed after what came over it was damaged or cut off.", lost.Message);
    }

    [Fact]
    public async Task SendAsync_MoreThanTheWindows_WaitsForThem()
    {
        await using BackupWriterSession session = await OpenAsync();
        byte[] data = FakeBackup.Random(40 * MiB);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => session.SpeedTestAsync(data, Cancel)));
    }

    [Fact]
    public async Task SendAsync_ManyAtOnce_AllAreAnswered()
    {
        await using BackupWriterSession session = await OpenAsync();
        byte[] data = FakeBackup.Random(10_000);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => session.SpeedTestAsync(data.AsMemory(0, i * 20), Cancel)));
        Assert.Null(await session.GetPreviousTimeAsync(Cancel));
    }

    [Fact]
    public async Task SendAsync_Refusal_CarriesTheServersWords()
    {
        await using BackupWriterSession session = await OpenAsync();
        ProxmoxApiException refused = await Assert.ThrowsAsync<ProxmoxApiException>(
            () => session.GetPreviousAsync("index.json.blob", new ArrayBufferWriter<byte>(), Cancel));
        Assert.Equal((400, "no valid previous backup"), ((int)refused.StatusCode, refused.ServerMessage));
        Assert.Null(await session.GetPreviousTimeAsync(Cancel));
    }

    [Fact]
    public async Task SendAsync_AnswerGivenUp_LeavesTheSessionUsable()
    {
        await using BackupWriterSession session = await OpenAsync();
        using CancellationTokenSource cancellation = new();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.GetPreviousTimeAsync(cancellation.Token));
        Assert.Null(await session.GetPreviousTimeAsync(Cancel));
    }

    [Fact]
    public async Task SendAsync_OutputThatRefuses_EndsOnlyItsRequest()
    {
        BackupResult result = await _server.BackUpAsync(
            BackupGroupPath.Parse("host/a"), [BackupSource.Image("disk", new MemoryStream(FakeBackup.Random(5 * MiB)))]);
        await using BackupReaderSession reader = await _server.ReadAsync(result);
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.DownloadAsync("disk.img.fidx", new RefusingWriter(), Cancel));
        Assert.Equal(5 * MiB, (await Restored.ArchiveAsync(reader, "disk.img.fidx")).Length);
    }

    [Fact]
    public async Task SendAsync_AfterTheEnd_IsLost()
    {
        PbsSimulator simulator = _server.Simulator;
        await using BackupWriterSession session = await OpenAsync();
        await simulator.DisposeAsync();
        BackupSessionLostException lost = await Assert.ThrowsAsync<BackupSessionLostException>(() => session.GetPreviousTimeAsync(Cancel));
        Assert.StartsWith("The connection of the backup of host/benchmark/", lost.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BackupSessionLostException>(() => session.GetPreviousTimeAsync(Cancel));
    }

    private Task<BackupWriterSession> OpenAsync()
        => BackupWriterSession.OpenAsync(_server.Store, BackupNamespace.Root, s_benchmark, new WriterSessionOptions { Benchmark = true }, Cancel);

    private sealed class RefusingWriter : IBufferWriter<byte>
    {
        public void Advance(int count) => throw new InvalidOperationException("no more");

        public Memory<byte> GetMemory(int sizeHint = 0) => throw new InvalidOperationException("no more");

        public Span<byte> GetSpan(int sizeHint = 0) => throw new InvalidOperationException("no more");
    }
}
