using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Comparison;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Small archives of nothing but directories within each other: each has a path that grows with its depth.</summary>
public sealed class DeepTreeTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2000, 1)]
    [InlineData(200, 255)]
    public async Task Walk_DeepButPossible_IsWalkedAndCompared(int levels, int nameLength)
    {
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(Nested(levels, nameLength), null, Stop);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        int last = 0;
        int count = 0;
        await foreach (ArchiveEntry entry in archive.WalkAsync("", withMetadata: true, Stop))
            (last, count) = (entry.PathBytes.Length, count + 1);
        Assert.Equal((levels, (levels * (nameLength + 1)) - 1), (count, last));
        Assert.Empty(await archive.CompareWithAsync(archive, new CompareOptions { WithMetadata = true }, Stop).ToArrayAsync(Stop));
    }

    [Theory]
    [InlineData(5000, 1, "more than 4096 deep")]
    [InlineData(300, 255, "a path of more than 65536 bytes")]
    public async Task Walk_TooDeep_IsRefused(int levels, int nameLength, string text)
    {
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(Nested(levels, nameLength), null, Stop);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        ProxmoxProtocolException walked = await Assert.ThrowsAsync<ProxmoxProtocolException>(async () => await archive.WalkAsync("", true, Stop).CountAsync(Stop));
        Assert.Contains(text, walked.Message, StringComparison.Ordinal);
        ProxmoxProtocolException compared = await Assert.ThrowsAsync<ProxmoxProtocolException>(
            async () => await archive.CompareWithAsync(archive, new CompareOptions { WithMetadata = true }, Stop).CountAsync(Stop));
        Assert.Contains(text, compared.Message, StringComparison.Ordinal);
    }

    private static MadeSnapshot Nested(int levels, int nameLength)
    {
        using MemoryStream archive = new();
        PxarMetadata plain = PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101);
        PxarWriter writer = PxarWriter.Create(archive, plain);
        for (int i = 0; i < levels; i++)
            writer.BeginDirectory(new(new string('d', nameLength)), plain);
        for (int i = 0; i < levels; i++)
            writer.EndDirectory();
        writer.Finish();
        return new MadeSnapshot(4 << 20, [("root.pxar.didx", archive.ToArray())]);
    }
}
