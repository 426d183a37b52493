using System.Security.Cryptography;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

public sealed class PxarReusePlannerTests
{
    [Theory]
    [InlineData("many", 17)]
    [InlineData("many", 18)]
    [InlineData("many", 19)]
    [InlineData("hole", 17)]
    public void MetadataMode_GoldenRuns_AreTheSameBytes(string group, int last)
    {
        byte[] archive = Archive(group, 16);
        using PxarReader reader = new(new MemoryStream(archive));
        (byte[] first, byte[] payload) = ArchiveCopier.Copy(reader, split: true, path => Content(path, 0));
        Assert.Equal(archive, first);
        for (int hour = 17; hour <= last; hour++)
        {
            int run = hour;
            using MetadataModeRun backup = new(archive, payload, ChunkEnds(group, hour - 1), path => Content(path, run));
            (archive, payload) = backup.Write(Archive(group, hour));
            Assert.Equal(Archive(group, hour), archive);
            Assert.Equal(Golden.Json("split/payload-contents.json").GetProperty(Key(group, hour)).GetProperty("sha256").GetString(), Hash(payload));
        }
    }

    [Fact]
    public void EndRange_KeptChunkIsNotTheNextOne_IsInjectedBefore()
    {
        PxarReusePlanner planner = new([1000, 2000, 3000, 4000]);
        Assert.False(planner.IsPending);
        Assert.True(planner.TryExtend(new(0, 984 - 16)));
        Assert.True(planner.TryExtend(new(984, 0)));
        Assert.False(planner.TryExtend(new(3000, 900)));
        PxarReuseDecision decision = planner.EndRange(continues: true);
        Assert.Equal((null, false), (decision.InjectBefore, decision.Reuse));
        Assert.True(planner.TryExtend(new(1, 975)));
        decision = planner.EndRange(continues: true);
        Assert.Equal((null, true, 0, 0), (decision.InjectBefore, decision.Reuse, decision.FirstChunk, decision.ChunkCount));
        Assert.True(planner.IsPending);
        Assert.True(planner.TryExtend(new(3000, 950)));
        decision = planner.EndRange(continues: false);
        Assert.Equal((0, true, 3, 1), (decision.InjectBefore, decision.Reuse, decision.FirstChunk, decision.ChunkCount));
        Assert.Equal(new PxarPayloadReference(1016, 950), decision.Move(new(3000, 950), 1016));
        Assert.False(planner.IsPending);
    }

    /// <summary>A chunk may have more small files than can be held back: those that follow each other share it.</summary>
    [Fact]
    public void EndRange_NoMoreIsHeld_TakesTheChunkThoughMostOfItComesLater()
    {
        PxarReusePlanner planner = new([1000, 2000]);
        Assert.True(planner.TryExtend(new(0, 84)));
        Assert.True(planner.Adjoins(new(100, 50)));
        Assert.False(planner.Adjoins(new(101, 50)));
        PxarReuseDecision decision = planner.EndRange(continues: true, isFull: true);
        Assert.Equal((null, true, 0, 0), (decision.InjectBefore, decision.Reuse, decision.FirstChunk, decision.ChunkCount));
        Assert.True(planner.TryExtend(new(100, 284)));
        decision = planner.EndRange(continues: true, isFull: true);
        Assert.Equal((null, true, 0, 0), (decision.InjectBefore, decision.Reuse, decision.FirstChunk, decision.ChunkCount));
        Assert.Equal(new PxarPayloadReference(5100, 284), decision.Move(new(100, 284), 5000));
        Assert.True(planner.TryExtend(new(400, 1584)));
        decision = planner.EndRange(continues: false);
        Assert.Equal((null, true, 0, 2), (decision.InjectBefore, decision.Reuse, decision.FirstChunk, decision.ChunkCount));
    }

    [Fact]
    public void EndRange_NoMoreIsHeldInTheMiddleOfAChunk_WritesAnew()
    {
        PxarReusePlanner planner = new([1000, 2000]);
        Assert.True(planner.TryExtend(new(500, 84)));
        Assert.False(planner.EndRange(continues: true, isFull: true).Reuse);
    }

    private static byte[] Content(string path, int hour) => hour >= 18 && path == "small.txt"
        ? "hello again, world\n"u8.ToArray()
        : ManyTree.Content(path);

    private static byte[] Archive(string group, int hour) => Golden.Read($"split/decoded/split-{group}_2024-03-09T{hour}0000Z/root.mpxar");

    private static string Key(string group, int hour) => $"split-{group}/2024-03-09T{hour}:00:00Z/root.ppxar.didx";

    private static long[] ChunkEnds(string group, int hour) =>
        [.. Golden.Json("split/payload-chunk-ends.json").GetProperty(Key(group, hour)).EnumerateArray().Select(end => end.GetInt64())];

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
