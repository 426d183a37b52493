using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup.Tests.Reading;

public sealed class ZeroRunsTests
{
    [Fact]
    public void NextData_AnyBytes_FindsExactlyTheBlocksThatAreNotZero()
    {
        Random random = new(5);
        for (int i = 0; i < 200; i++)
        {
            byte[] bytes = new byte[random.Next(1, 40_000)];
            for (int n = random.Next(6); n > 0; n--)
                bytes.AsSpan(random.Next(bytes.Length)).Slice(0, 1).Fill((byte)random.Next(2));
            byte[] copy = new byte[bytes.Length];
            int written = 0;
            for (int at = 0; at < bytes.Length;)
            {
                (int start, int end) = ZeroRuns.NextData(bytes, at);
                Assert.True(start >= at && end >= start && end > at);
                Assert.True(start % 4096 == 0 || start == bytes.Length);
                bytes.AsSpan(start..end).CopyTo(copy.AsSpan(start));
                written += end - start;
                at = end;
            }

            Assert.Equal(bytes, copy);
            int blocks = bytes.Chunk(4096).Where(static block => block.AsSpan().ContainsAnyExcept((byte)0)).Sum(static block => block.Length);
            Assert.Equal(blocks, written);
        }
    }
}
