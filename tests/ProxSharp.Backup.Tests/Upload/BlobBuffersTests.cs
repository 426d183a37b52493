using ProxSharp.Backup.Upload;

namespace ProxSharp.Backup.Tests.Upload;

public sealed class BlobBuffersTests
{
    private const int MiB = 1 << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RentAsync_OverTheLimit_WaitsForAReturn()
    {
        BlobBuffers buffers = new(10 * MiB);
        byte[] first = await buffers.RentAsync((4 * MiB) + 44, Cancel);
        byte[] second = await buffers.RentAsync(4 * MiB, Cancel);
        ValueTask<byte[]> third = buffers.RentAsync(4 * MiB, Cancel);
        ValueTask<byte[]> small = buffers.RentAsync(100, Cancel);
        Assert.False(third.IsCompleted);
        Assert.False(small.IsCompleted); // Nobody overtakes.

        buffers.Return(first);
        Assert.Same(first, await third);
        Assert.NotSame(second, await small);
        Assert.Equal((4 * MiB) + 64, first.Length);
    }

    [Fact]
    public async Task RentAsync_LargerThanTheLimit_IsServedAlone()
    {
        BlobBuffers buffers = new(1 * MiB);
        byte[] large = await buffers.RentAsync((16 * MiB) + 44, Cancel);
        Assert.True(large.Length >= (16 * MiB) + 44);
        ValueTask<byte[]> next = buffers.RentAsync(1, Cancel);
        Assert.False(next.IsCompleted);
        buffers.Return(large);
        await next;
    }

    [Fact]
    public async Task RentAsync_CancelledWhileWaiting_TakesNothing()
    {
        BlobBuffers buffers = new(4 * MiB);
        byte[] held = await buffers.RentAsync(3 * MiB, Cancel);
        using CancellationTokenSource cancellation = new();
        ValueTask<byte[]> waiting = buffers.RentAsync(3 * MiB, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        buffers.Return(held);
        await buffers.RentAsync(3 * MiB, Cancel);
    }
}
