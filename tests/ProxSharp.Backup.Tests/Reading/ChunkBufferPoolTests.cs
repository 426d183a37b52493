using ProxSharp.Backup.Reading.Chunks;

namespace ProxSharp.Backup.Tests.Reading;

public sealed class ChunkBufferPoolTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public void Rent_ChunksOfAnyLength_UseTheSameArraysAgain()
    {
        double average = Enumerable.Range(1, 10).Average(static seed => RentedBytes(new Random(seed)));
        Assert.InRange(average, 16 * MiB, 200 * MiB);
    }

    [Fact]
    public void Rent_AFewBytes_DoNotTakeTheArrayOfAChunk()
    {
        ChunkBufferPool pool = new(128 * MiB);
        byte[] chunk = pool.Rent(4 * MiB);
        pool.Return(chunk);
        Assert.InRange(pool.Rent(100).Length, 100, 64 << 10);
        Assert.Same(chunk, pool.Rent(2 * MiB));
    }

    /// <summary>What arrays 1000 chunks need, of which ten are there at a time.</summary>
    private static long RentedBytes(Random random)
    {
        ChunkBufferPool pool = new(128 * MiB);
        HashSet<byte[]> seen = new(ReferenceEqualityComparer.Instance);
        List<byte[]> rented = [];
        for (int i = 0; i < 1000; i++)
        {
            // As content cuts them: 1 to 16 MiB, short ones more often.
            int length = Math.Min((int)((1 - (4 * Math.Log(1 - random.NextDouble()))) * MiB), 16 * MiB);
            byte[] array = pool.Rent(length);
            Assert.True(array.Length >= length);
            seen.Add(array);
            rented.Add(array);
            if (rented.Count > 10)
            {
                rented.ForEach(pool.Return);
                rented.Clear();
            }
        }

        return seen.Sum(static array => (long)array.Length);
    }
}
