using System.Buffers.Binary;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Tars;
using ProxSharp.Backup.Reading.Verification;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Files of a split archive that cannot be read: all their names are told, and whoever leaves one of them out gets the rest.</summary>
public sealed class DamagedLinkTests : IDisposable
{
    private const ulong PayloadReference = 0x419d3d6bc4ba977e;
    private const int FirstPayload = 16;

    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Restore_LinkToADamagedFileThatIsLeftOut_IsLeftOutAlone()
    {
        await using SnapshotReader reader = await OpenAsync(static (_, payload) => BinaryPrimitives.WriteInt64LittleEndian(payload[(FirstPayload + 8)..], 18));
        TreeExtractOptions options = new() { RestoreOwnership = false, Includes = [PathPattern.Parse("/*"), PathPattern.Parse("!/a")] };

        TreeExtractResult result = await reader.RestoreAsync("root", _folder["out"], options, null, Stop);

        FileWarning warning = Assert.Single(result.Warnings, static warning => warning.Kind == FileWarningKind.Damaged);
        Assert.Equal("/h", warning.Path);
        Assert.Contains("further name of \"a\", which cannot be read", warning.Message, StringComparison.Ordinal);
        Assert.Equal(1, result.DamagedEntries);
        Assert.Equal(["b", "c", "e", "f"], Directory.EnumerateFiles(_folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WriteTar_LinkToADamagedFileThatIsLeftOut_IsLeftOutAlone()
    {
        await using SnapshotReader reader = await OpenAsync(static (_, payload) => BinaryPrimitives.WriteInt64LittleEndian(payload[(FirstPayload + 8)..], 18));
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        using MemoryStream tar = new();

        TarResult result = await archive.WriteTarAsync(tar, new TarOptions { Patterns = [PathPattern.Parse("/*"), PathPattern.Parse("!/a")] }, Stop);

        Assert.Equal(["h"], result.Damaged);
        Assert.Equal(["./", "./b", "./c", "./e", "./f"], TarMember.Read(tar.ToArray()).Select(static member => member.Name));
    }

    [Fact]
    public async Task Verify_FileWithAFurtherName_NamesBoth()
    {
        await using SnapshotReader reader = await OpenAsync(static (_, payload) => BinaryPrimitives.WriteInt64LittleEndian(payload[(FirstPayload + 8)..], 18));

        SnapshotVerification result = await reader.VerifyAsync(null, Stop);

        FileDamage damage = Assert.Single(result.Files.Single(static file => file.File.Name == "root.ppxar").Damages);
        Assert.Equal(["/a", "/h"], damage.AffectedPaths);
    }

    [Fact]
    public async Task WriteTar_PatternsAndContentsThatGoBack_IsDamaged()
    {
        await using SnapshotReader reader = await OpenAsync(static (names, _) => Swap(names, 1, 2));
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);

        ProxmoxProtocolException error = await Assert.ThrowsAsync<ProxmoxProtocolException>(
            () => archive.WriteTarAsync(Stream.Null, new TarOptions { Patterns = [PathPattern.Parse("/*")] }, Stop));

        Assert.Contains("\"c\" refers back", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteTar_EmptyFilesWithOneContent_IsDamaged()
    {
        await using SnapshotReader reader = await OpenAsync(static (names, _) => Swap(names, 3, 4));
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);

        await Assert.ThrowsAsync<ProxmoxProtocolException>(
            () => archive.WriteTarAsync(Stream.Null, new TarOptions { Patterns = [PathPattern.Parse("/*")] }, Stop));
    }

    [Fact]
    public async Task Compare_ContentsThatGoBack_IsDamagedAndNoChange()
    {
        await using SnapshotReader good = await OpenAsync(static (_, _) => { });
        await using SnapshotReader bad = await OpenAsync(static (names, _) => Swap(names, 1, 2));
        SnapshotArchive older = await good.OpenArchiveAsync("root", Stop);
        SnapshotArchive newer = await bad.OpenArchiveAsync("root", Stop);

        Assert.Empty(await older.CompareWithAsync(older, null, Stop).ToListAsync(Stop));
        await Assert.ThrowsAsync<ProxmoxProtocolException>(
            async () => await older.CompareWithAsync(newer, new() { WithContents = true }, Stop).ToListAsync(Stop));
    }

    private delegate void Damage(Span<byte> names, Span<byte> payload);

    private static void Swap(Span<byte> names, int one, int other)
    {
        Span<byte> left = names.Slice(Find(names, one) + 16, 16);
        Span<byte> right = names.Slice(Find(names, other) + 16, 16);
        byte[] kept = left.ToArray();
        right.CopyTo(left);
        kept.CopyTo(right);
    }

    private static int Find(ReadOnlySpan<byte> archive, int number)
    {
        int at = -1;
        for (; number >= 0; number--)
        {
            do
                at++;
            while (BinaryPrimitives.ReadUInt64LittleEndian(archive[at..]) != PayloadReference);
        }

        return at;
    }

    /// <summary>Opens a tree of a, b and c, as long as each other, e and f without content, and h, which is a further name of a.</summary>
    private static async Task<SnapshotReader> OpenAsync(Damage damage)
    {
        using MemoryStream names = new();
        using MemoryStream payload = new();
        PxarMetadata file = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100);
        PxarWriter writer = PxarWriter.CreateSplit(names, payload, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101), default);
        writer.WriteFile(new("a"), file, "one"u8.ToArray());
        PxarLinkTarget first = writer.GetLastFile();
        writer.WriteFile(new("b"), file, "two"u8.ToArray());
        writer.WriteFile(new("c"), file, "six"u8.ToArray());
        writer.WriteFile(new("e"), file, Array.Empty<byte>());
        writer.WriteFile(new("f"), file, Array.Empty<byte>());
        writer.WriteHardLink(new("h"), first);
        writer.Finish();
        (byte[] archive, byte[] contents) = (names.ToArray(), payload.ToArray());
        damage(archive, contents);
        return await SnapshotReader.OpenAsync(new MadeSnapshot(("root.mpxar.didx", archive), ("root.ppxar.didx", contents)), null, Stop);
    }
}
