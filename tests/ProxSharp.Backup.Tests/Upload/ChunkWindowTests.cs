using ProxSharp.Backup.Upload;

namespace ProxSharp.Backup.Tests.Upload;

public sealed class ChunkWindowTests
{
    [Fact]
    public async Task GetMemoryAsync_Full_WaitsForTheOldestChunk()
    {
        ChunkWindow window = new(10);
        WindowRegion first = await FillAsync(window, 5, 1);
        WindowRegion second = await FillAsync(window, 5, 2);
        ValueTask<Memory<byte>> waiting = window.GetMemoryAsync(TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        window.Release(second);
        Assert.False(waiting.IsCompleted);
        Assert.Equal([1, 1, 1, 1, 1], first.Bytes.ToArray());
        window.Release(first);
        Assert.Equal(10, (await waiting).Length);
    }

    [Fact]
    public async Task GetMemoryAsync_AtTheEnd_MovesTheOpenChunkToTheFront()
    {
        ChunkWindow window = new(10);
        WindowRegion first = await FillAsync(window, 6, 1);
        await WriteAsync(window, 4, 7);
        window.Release(first);
        Memory<byte> memory = await window.GetMemoryAsync(TestContext.Current.CancellationToken);
        Assert.Equal(6, memory.Length);
        Assert.Equal([7, 7, 7, 7], window.Open.ToArray());
    }

    [Fact]
    public async Task GetMemoryAsync_Wrapped_StopsBeforeTheOldestChunk()
    {
        ChunkWindow window = new(12);
        WindowRegion first = await FillAsync(window, 4, 1);
        WindowRegion second = await FillAsync(window, 4, 2);
        await WriteAsync(window, 4, 3);
        window.Release(first);
        Assert.False(window.GetMemoryAsync(TestContext.Current.CancellationToken).AsTask().IsCompleted); // The open chunk would leave no room behind it.
        window.Release(second);
        Memory<byte> memory = await window.GetMemoryAsync(TestContext.Current.CancellationToken);
        Assert.Equal(8, memory.Length);
        Assert.Equal([3, 3, 3, 3], window.Open.ToArray());
    }

    [Fact]
    public async Task GetMemoryAsync_ChunkLongerThanTheWindow_IsAMistake()
    {
        ChunkWindow window = new(4);
        await WriteAsync(window, 4, 1);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await window.GetMemoryAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task GetMemoryAsync_Cancelled_StopsWaiting()
    {
        ChunkWindow window = new(4);
        await FillAsync(window, 4, 1);
        using CancellationTokenSource cancellation = new();
        ValueTask<Memory<byte>> waiting = window.GetMemoryAsync(cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
    }

    [Fact]
    public async Task Window_AnyOrderOfReleases_KeepsEveryChunkWhole()
    {
        Random random = new(5);
        ChunkWindow window = new(1000);
        List<(WindowRegion Region, byte Value)> held = [];
        for (int i = 0; i < 5000; i++)
        {
            byte value = (byte)i;
            int length = random.Next(1, 300);
            while (window.Open.Length < length)
            {
                ValueTask<Memory<byte>> room = window.GetMemoryAsync(TestContext.Current.CancellationToken);
                while (!room.IsCompleted)
                {
                    int victim = random.Next(held.Count);
                    Assert.Equal(-1, held[victim].Region.Bytes.Span.IndexOfAnyExcept(held[victim].Value));
                    window.Release(held[victim].Region);
                    held.RemoveAt(victim);
                    if (held.Count == 0)
                    {
                        break;
                    }
                }

                Memory<byte> memory = await room;
                int count = Math.Min(memory.Length, length - window.Open.Length);
                memory.Span[..count].Fill(value);
                window.Advance(count);
            }

            held.Add((window.Cut(length), value));
        }
    }

    private static async Task<WindowRegion> FillAsync(ChunkWindow window, int length, byte value)
    {
        await WriteAsync(window, length, value);
        return window.Cut(length);
    }

    private static async Task WriteAsync(ChunkWindow window, int length, byte value)
    {
        Memory<byte> memory = await window.GetMemoryAsync(TestContext.Current.CancellationToken);
        memory.Span[..length].Fill(value);
        window.Advance(length);
    }
}
