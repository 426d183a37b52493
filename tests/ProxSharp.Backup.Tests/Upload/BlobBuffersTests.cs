using ProxSharp.Backup.Upload;

namespace ProxSharp.Backup.Tests.Upload;

public sealed class BlobBuffersTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RentAsync_NoRoom_WaitsForAReturn()
    {
        BlobBuffers buffers = new(100);
        Memory<byte> first = await buffers.RentAsync(40, Cancel);
        await buffers.RentAsync(40, Cancel);
        ValueTask<Memory<byte>> third = buffers.RentAsync(30, Cancel);
        ValueTask<Memory<byte>> small = buffers.RentAsync(5, Cancel);
        Assert.False(third.IsCompleted);
        Assert.False(small.IsCompleted); // Nobody overtakes.

        buffers.Return(first);
        Assert.Equal(30, (await third).Length);
        Assert.Equal(5, (await small).Length);
    }

    [Fact]
    public async Task RentAsync_LongerThanAll_IsRefused()
    {
        BlobBuffers buffers = new(100);
        Assert.Equal(100, (await buffers.RentAsync(100, Cancel)).Length);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await buffers.RentAsync(101, Cancel));
    }

    [Fact]
    public async Task RentAsync_CancelledWhileWaiting_TakesNothing()
    {
        BlobBuffers buffers = new(100);
        Memory<byte> held = await buffers.RentAsync(60, Cancel);
        using CancellationTokenSource cancellation = new();
        ValueTask<Memory<byte>> waiting = buffers.RentAsync(60, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        buffers.Return(held);
        await buffers.RentAsync(100, Cancel);
    }

    [Fact]
    public async Task Buffers_AnyOrder_NeverOverlapAndAreWholeAgainAtTheEnd()
    {
        const int Size = 10_000;
        BlobBuffers buffers = new(Size);
        Random random = new(11);
        List<(Memory<byte> Buffer, byte Value)> held = [];
        for (int i = 0; i < 20_000; i++)
        {
            ValueTask<Memory<byte>> renting = buffers.RentAsync(random.Next(1, 4000), Cancel);
            while (!renting.IsCompleted && held.Count > 0)
            {
                Return(random.Next(held.Count));
            }

            Memory<byte> buffer = await renting;
            buffer.Span.Fill((byte)i);
            held.Add((buffer, (byte)i));
        }

        while (held.Count > 0)
        {
            Return(0);
        }

        Assert.Equal(Size, (await buffers.RentAsync(Size, Cancel)).Length);

        void Return(int index)
        {
            Assert.Equal(-1, held[index].Buffer.Span.IndexOfAnyExcept(held[index].Value));
            buffers.Return(held[index].Buffer);
            held.RemoveAt(index);
        }
    }
}
