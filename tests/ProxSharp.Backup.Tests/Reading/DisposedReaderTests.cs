using Microsoft.Extensions.Time.Testing;
using ProxSharp.Backup.Tests.Fakes;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Readers that are disposed while something is read with them.</summary>
public sealed class DisposedReaderTests
{
    private const int ChunkSize = 4 << 20;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_DuringACopyAtARate_EndsIt(bool sync)
    {
        FakeTimeProvider time = new();
        TestImage image = new(6 * ChunkSize, Enumerable.Range(0, 6).ToDictionary(static i => i, static i => FakeBackup.Random(ChunkSize, i + 1)));
        SnapshotReader reader = await image.OpenAsync(new() { BytesPerSecond = ChunkSize / 10, TimeProvider = time });
        Task copy = reader.CopyToAsync("disk.img", Stream.Null, null, Stop);
        while (image.Fetched.IsEmpty)
            await Task.Delay(1, Stop);
        if (sync)
            await Task.Run(reader.Dispose, Stop);
        else
            await reader.DisposeAsync();

        // No time has passed, by which the rate would let anything go on.
        Exception ended = await Assert.ThrowsAnyAsync<Exception>(() => copy.WaitAsync(TimeSpan.FromMinutes(1), Stop));
        Assert.True(ended is ObjectDisposedException or OperationCanceledException, ended.ToString());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reader.CopyToAsync("disk.img", Stream.Null, null, Stop));
    }

    [Fact]
    public async Task Dispose_WhileAChunkIsOnItsWay_EndsTheCopy()
    {
        TestImage image = new(6 * ChunkSize, Enumerable.Range(0, 6).ToDictionary(static i => i, static i => FakeBackup.Random(ChunkSize, i + 1)));
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        image.Gate = (_, token) =>
        {
            begun.TrySetResult();
            return broken.Task.WaitAsync(token);
        };
        SnapshotReader reader = await image.OpenAsync();
        Task copy = reader.CopyToAsync("disk.img", Stream.Null, null, Stop);
        await begun.Task;
        Task dispose = reader.DisposeAsync().AsTask();

        // As a session does that ends under a call.
        broken.SetException(new BackupSessionLostException("The line is broken."));
        await dispose;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => copy);
    }

    [Fact]
    public async Task ReadBlob_DisposedReader_NamesTheReader()
    {
        SnapshotReader reader = await new TestImage(ChunkSize, new Dictionary<int, byte[]>()).OpenAsync();
        await reader.DisposeAsync();
        ObjectDisposedException disposed = await Assert.ThrowsAsync<ObjectDisposedException>(() => reader.ReadBlobAsync("client.log", Stop));
        Assert.Equal(typeof(SnapshotReader).FullName, disposed.ObjectName);
    }
}
