using ProxSharp.Backup.Reading.Chunks;

namespace ProxSharp.Backup.Tests.Reading;

public sealed class ChunkBufferPoolTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public void Rent_ChunksOfAnyLength_StayWithinTheCapacityAndApart()
    {
        ChunkBufferPool pool = new(128 * MiB);
        Random random = new(7);
        List<(ChunkBuffer Buffer, byte Mark)> rented = [];
        for (int i = 0; i < 1000; i++)
        {
            // As content cuts them: 1 to 16 MiB, short ones more often.
            int length = Math.Min((int)((1 - (4 * Math.Log(1 - random.NextDouble()))) * MiB), 16 * MiB);
            ChunkBuffer buffer = pool.Rent(length);
            Assert.Equal(length, buffer.Length);
            Mark(buffer, (byte)i);
            rented.Add((buffer, (byte)i));
            if (rented.Count > 12)
            {
                int at = random.Next(rented.Count);
                (ChunkBuffer returned, byte mark) = rented[at];
                Assert.True(IsMarked(returned, mark));
                returned.Dispose();
                rented.RemoveAt(at);
            }
        }

        Assert.All(rented, static item => Assert.True(IsMarked(item.Buffer, item.Mark)));
        Assert.InRange(pool.Reserved, 36 * MiB, 128 * MiB);
    }

    [Fact]
    public void Rent_AllWasReturned_IsOnePieceAgain()
    {
        ChunkBufferPool pool = new(36 * MiB);
        ChunkBuffer[] thirds = [pool.Rent(12 * MiB), pool.Rent(12 * MiB), pool.Rent(12 * MiB)];
        thirds[1].Dispose();
        thirds[0].Dispose();
        thirds[2].Dispose();
        thirds[2].Dispose();
        using ChunkBuffer all = pool.Rent(36 * MiB);
        Assert.Equal(36 * MiB, pool.Reserved);
    }

    [Theory]
    [InlineData(64 << 10)]
    [InlineData(128 << 10)]
    public void Rent_SmallChunks_ComeOutOfTheBlocksAgainAndAgain(int length)
    {
        ChunkBufferPool pool = new(36 * MiB);
        Queue<ChunkBuffer> rented = [];
        HashSet<byte[]> arrays = [];
        for (int i = 0; i < 2000; i++)
        {
            ChunkBuffer buffer = pool.Rent(length);
            Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(buffer.Memory, out ArraySegment<byte> segment));
            arrays.Add(segment.Array!);
            rented.Enqueue(buffer);
            if (rented.Count > 200)
                rented.Dequeue().Dispose();
        }

        // The first block is a small one.
        Assert.Equal(2, arrays.Count);
        Assert.Equal(36 * MiB, pool.Reserved);
    }

    [Fact]
    public void Trim_BlocksOfWhichSomethingIsLent_Stay()
    {
        ChunkBufferPool pool = new(128 * MiB);
        using ChunkBuffer small = pool.Rent(64 << 10);
        using (ChunkBuffer large = pool.Rent(16 * MiB))
        {
            pool.Trim();
            Assert.Equal(44 * MiB, pool.Reserved);
        }

        Mark(small, 7);
        pool.Trim();
        Assert.Equal(8 * MiB, pool.Reserved);
        using ChunkBuffer another = pool.Rent(16 * MiB);
        Mark(another, 9);
        Assert.True(IsMarked(small, 7));
        small.Dispose();
        pool.Trim();
        Assert.Equal(36 * MiB, pool.Reserved);
    }

    [Fact]
    public void Rent_FewSmallChunks_ReserveLittle()
    {
        ChunkBufferPool pool = new(128 * MiB);
        for (int i = 0; i < 100; i++)
        {
            using ChunkBuffer one = pool.Rent(64 << 10);
            using ChunkBuffer other = pool.Rent(4 * MiB);
        }

        Assert.Equal(8 * MiB, pool.Reserved);
    }

    [Theory]
    [InlineData(0, 4 * MiB)]
    [InlineData(8 * MiB, 16 * MiB)]
    [InlineData(128 * MiB, 100)]
    public void Rent_WhatFitsNowhereOrIsSmall_GetsAnArrayOfItsOwn(long capacity, int length)
    {
        ChunkBufferPool pool = new(capacity);
        using ChunkBuffer buffer = pool.Rent(length);
        Assert.Equal(length, buffer.Length);
        Assert.Equal(0, pool.Reserved);
    }

    private static void Mark(ChunkBuffer buffer, byte mark) => (buffer.Memory.Span[0], buffer.Memory.Span[^1]) = (mark, mark);

    private static bool IsMarked(ChunkBuffer buffer, byte mark) => buffer.Memory.Span[0] == mark && buffer.Memory.Span[^1] == mark;
}
