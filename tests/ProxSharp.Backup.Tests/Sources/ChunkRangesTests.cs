using ProxSharp.Backup.Sources;

namespace ProxSharp.Backup.Tests.Sources;

public sealed class ChunkRangesTests
{
    [Fact]
    public void Of_AnyOrderAndOverlaps_GivesWholeChunksInOrder()
        => Assert.Equal([new ImageRange(0, 37)], ChunkRanges.Of([new(35, 1), new(3, 5), new(19, 2), new(4, 1), new(0, 0)], 37, 10));

    [Fact]
    public void Of_Gaps_AreLeftOut()
        => Assert.Equal([new ImageRange(10, 10), new ImageRange(30, 7)], ChunkRanges.Of([new(36, 1), new(12, 8)], 37, 10));

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(30, 8)]
    [InlineData(5, long.MaxValue)]
    public void Of_OutsideOfTheImage_IsRefused(long offset, long length)
        => Assert.Throws<ArgumentException>(() => ChunkRanges.Of([new(offset, length)], 37, 10));
}
