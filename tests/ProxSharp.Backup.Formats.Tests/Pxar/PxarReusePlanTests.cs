using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

public sealed class PxarReusePlanTests
{
    private static readonly long[] UnchangedMany = ChunkEnds("split-many/2024-03-09T17:00:00Z");

    [Theory]
    [InlineData(32, 2621963, 0.16669230431850354, 3)]
    [InlineData(2884193, 5244578, 0.43750750662012405, 4)]
    public void Create_RangesOfARun_HaveTheClientsRatio(long start, long end, double ratio, int chunks)
    {
        PxarReusePlan plan = PxarReusePlan.Create(UnchangedMany, start, end);
        Assert.Equal(ratio, plan.PaddingRatio(), 12);
        Assert.Equal(chunks, plan.ChunkCount);
        Assert.False(plan.IsWorthwhile());
    }

    [Fact]
    public void Create_RangeBehindAHole_SharesTheChunkBefore()
    {
        // The run that left out "f22a.txt": the second range begins 39 bytes behind the end of the first one, in the same chunk.
        long[] ends = ChunkEnds("split-hole/2024-03-09T16:00:00Z");
        const long FirstEnd = 6031483;
        const long SecondStart = FirstEnd + 39;
        PxarReusePlan plan = PxarReusePlan.Create(ends, SecondStart, ends[^1] - 16);
        long shared = plan.StartPadding - 39;
        Assert.Equal(7, plan.ChunkCount);
        Assert.Equal(0.000007481730973277978, plan.PaddingRatio(shared), 15);
        Assert.True(plan.IsWorthwhile(shared));
        Assert.False(plan.IsWorthwhile());
    }

    [Fact]
    public void Create_WholeUnchangedTree_NeedsAllButTheMarkersOfTheRunBefore()
    {
        long[] ends = ChunkEnds("split-stale/2024-03-09T17:00:00Z");
        PxarReusePlan plan = PxarReusePlan.Create(ends, 32, ends[^1] - 32);
        Assert.Equal((1, 1, 16L, 16L), (plan.FirstChunk, plan.ChunkCount, plan.StartPadding, plan.EndPadding));
        Assert.Equal(new PxarPayloadReference(32, 5), plan.Move(new(32, 5), 32, 16));
    }

    [Fact]
    public void Create_EndOnAChunkEnd_TakesOneChunkMore()
    {
        long[] ends = [100, 200, 300];
        Assert.Equal(new PxarReusePlan(1, 2, 0, 100, 100), PxarReusePlan.Create(ends, 100, 200));
        Assert.Equal(new PxarReusePlan(2, 1, 0, 0, 100), PxarReusePlan.Create(ends, 200, 300));
        Assert.Equal(new PxarReusePlan(0, 3, 50, 1, 249), PxarReusePlan.Create(ends, 50, 299));
        Assert.False(PxarReusePlan.Create(ends, 50, 301).IsWorthwhile());
        Assert.Equal(0, PxarReusePlan.Create([], 50, 301).ChunkCount);
        Assert.Throws<ArgumentOutOfRangeException>(() => PxarReusePlan.Create(ends, 50, 50));
    }

    private static long[] ChunkEnds(string snapshot) =>
        [.. Golden.Json("split/payload-chunk-ends.json").GetProperty($"{snapshot}/root.ppxar.didx").EnumerateArray().Select(end => end.GetInt64())];
}
