using ProxSharp.Backup.Formats.Chunking;

namespace ProxSharp.Backup.Formats.Tests.Chunking;

public sealed class PayloadChunkerTests
{
    private const int Average = 4096;

    [Fact]
    public void Scan_NoSuggestions_CutsOfBuzhash()
    {
        byte[] data = TestData.Random(300_000, 1);
        BuzhashChunker plain = new(Average);
        PayloadChunker chunker = new(Average);
        int at = 0;
        while (at < data.Length)
        {
            int expected = plain.Scan(data.AsSpan(at));
            Assert.Equal(expected, chunker.Scan(data.AsSpan(at)));
            at += expected == 0 ? data.Length : expected;
        }

        Assert.Equal(data.Length, chunker.Position);
    }

    [Fact]
    public void Scan_Suggestions_UsedWhereChunkIsNeitherShortNorLong()
    {
        byte[] data = new byte[100_000]; // Zeros have no cut of their own before the longest chunk.
        PayloadChunker chunker = new(Average);
        foreach (long offset in new long[] { 16, 1023, 1024, 2000, 5000, 30_000 })
        {
            chunker.Suggest(offset);
        }

        Assert.Equal(1024, chunker.Scan(data)); // 16 and 1023 would be below a quarter of the average.
        Assert.Equal(3976, chunker.Scan(data.AsSpan(1024))); // 2000 too.
        Assert.Equal(16_384, chunker.Scan(data.AsSpan(5000))); // 30 000 would be beyond four times the average.
        Assert.Equal(30_000 - 21_384, chunker.Scan(data.AsSpan(21_384)));
        Assert.Equal(30_000, chunker.Position);
    }

    [Fact]
    public void Scan_SuggestionBeyondData_UsedInLaterCall()
    {
        byte[] data = new byte[10_000];
        PayloadChunker chunker = new(Average);
        chunker.Suggest(3000);
        Assert.Equal(0, chunker.Scan(data.AsSpan(0, 2000)));
        Assert.Equal(1000, chunker.Scan(data.AsSpan(2000)));
        chunker.Suggest(2500); // Too late.
        Assert.Equal(0, chunker.Scan(data.AsSpan(3000)));
        chunker.Reset();
        chunker.Suggest(10_500);
        Assert.Equal(0, chunker.Scan(data)); // Too short from the forced start.
    }
}
