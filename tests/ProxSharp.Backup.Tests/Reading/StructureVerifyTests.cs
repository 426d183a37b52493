using System.Buffers.Binary;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Tars;
using ProxSharp.Backup.Reading.Verification;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Archives of good chunks that no writer makes: what cannot be restored is found by verification, and readers agree about it.</summary>
public sealed class StructureVerifyTests : IDisposable
{
    private const ulong PayloadReference = 0x419d3d6bc4ba977e;
    private const ulong HardLink = 0x51269c8422bd7275;

    private readonly TestFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(37, 6, "/b")]
    [InlineData(1L << 40, 6, "/b")]
    [InlineData(long.MaxValue - 100, 6, "/b")]
    [InlineData(35, 1L << 50, "/b")]
    [InlineData(35, 5, "/b")]
    [InlineData(35, 0, "/b")]
    [InlineData(35, 7, "/b")]
    [InlineData(19, 0, "/b")]
    [InlineData(16, 3, "/b")]
    public async Task Verify_WrongPayloadReference_NamesTheFile(long position, long length, string path)
    {
        (byte[] names, byte[] payload) = WriteSplit();
        int item = Find(names, PayloadReference, 1);
        BinaryPrimitives.WriteInt64LittleEndian(names.AsSpan(item + 16), position);
        BinaryPrimitives.WriteInt64LittleEndian(names.AsSpan(item + 24), length);
        MadeSnapshot snapshot = new(("root.ppxar.didx", payload), ("root.mpxar.didx", names));
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(snapshot, null, Stop);
        SnapshotVerification result = await reader.VerifyAsync(null, Stop);
        FileDamage damage = Assert.Single(result.Files.Single(static file => file.File.Name == "root.ppxar").Damages);
        Assert.Equal(ChunkProblem.Structure, damage.Problem);
        Assert.Equal([path], damage.AffectedPaths);
        Assert.InRange(damage.Start, 0, payload.Length);
        Assert.InRange(damage.End, damage.Start, payload.Length);
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => reader.RestoreAsync("root", _folder["out"], new() { RestoreOwnership = false }, null, Stop));
        Assert.False(File.Exists(_folder["out/b"]));
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => archive.WriteTarAsync(Stream.Null, null, Stop));
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => reader.CopyToAsync("root.pxar", Stream.Null, null, Stop));
    }

    [Fact]
    public async Task Verify_ReferencesThatGoBack_NamesTheFile()
    {
        (byte[] names, byte[] payload) = WriteSplit();
        (int first, int second) = (Find(names, PayloadReference, 0), Find(names, PayloadReference, 1));
        byte[] kept = names[(first + 16)..(first + 32)];
        names.AsSpan(second + 16, 16).CopyTo(names.AsSpan(first + 16));
        kept.CopyTo(names, second + 16);
        MadeSnapshot snapshot = new(("root.mpxar.didx", names), ("root.ppxar.didx", payload));
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(snapshot, null, Stop);
        SnapshotVerification result = await reader.VerifyAsync(null, Stop);
        Assert.False(result.IsIntact);
        Assert.Contains("/b", result.Files.SelectMany(static file => file.Damages).SelectMany(static damage => damage.AffectedPaths));
    }

    [Fact]
    public async Task Verify_SplitArchive_FetchesEachChunkOfTheContentsOnce()
    {
        (byte[] names, byte[] payload) = WriteSplit();
        MadeSnapshot snapshot = new(8, ("root.mpxar.didx", names), ("root.ppxar.didx", payload));
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(snapshot, null, Stop);
        SnapshotVerification result = await reader.VerifyAsync(new() { Files = ["root.ppxar"] }, Stop);
        Assert.True(result.IsIntact);
        long expected = ((payload.Length + 7) / 8) + ((names.Length + 7) / 8);
        Assert.InRange(reader.ChunksFetched, 1, expected);
    }

    [Theory]
    [InlineData(Target.File, true)]
    [InlineData(Target.Missing, false)]
    [InlineData(Target.Symlink, false)]
    [InlineData(Target.Directory, false)]
    [InlineData(Target.WrongPlace, false)]
    [InlineData(Target.OtherFile, false)]
    [InlineData(Target.SameNameElsewhere, false)]
    public async Task HardLink_OfEveryKind_ReadersAndVerificationAgree(Target target, bool leads)
    {
        await using SnapshotReader reader = await SnapshotReader.OpenAsync(new MadeSnapshot(("root.pxar.didx", WriteLink(target))), null, Stop);
        SnapshotVerification verification = await reader.VerifyAsync(null, Stop);
        Assert.Equal(leads, verification.IsIntact);
        if (!leads)
            Assert.Equal(["/z"], Assert.Single(Assert.Single(verification.Files).Damages).AffectedPaths);
        SnapshotArchive archive = await reader.OpenArchiveAsync("root", Stop);
        PathPattern[] all = [PathPattern.Parse("/*")];
        foreach (PathPattern[] patterns in (PathPattern[][])[[], all])
        {
            string place = _folder[$"out-{patterns.Length}"];
            TreeExtractResult restored = await archive.RestoreAsync(place, new() { RestoreOwnership = false, Includes = patterns }, null, Stop);
            Assert.Equal(leads, File.Exists(Path.Combine(place, "z")));
            Assert.Equal(leads ? 0 : 1, restored.DamagedEntries);
            Assert.Equal(leads ? [] : ["/z"], restored.Warnings.Where(static warning => warning.Kind == FileWarningKind.Damaged).Select(static warning => warning.Path));
            Assert.True(File.Exists(Path.Combine(place, "a")));
            using MemoryStream tar = new();
            TarResult written = await archive.WriteTarAsync(tar, new TarOptions { Patterns = patterns }, Stop);
            Assert.Equal(leads, TarMember.Read(tar.ToArray()).Any(static member => member.Name == "./z"));
            Assert.Equal(leads ? [] : ["z"], written.Damaged);
            Assert.Equal(leads ? 0 : 1, written.DamagedCount);
        }
    }

    public enum Target
    {
        File,
        Missing,
        Symlink,
        Directory,
        WrongPlace,
        OtherFile,
        SameNameElsewhere,
    }

    private static int Find(byte[] archive, ulong type, int number)
    {
        Span<byte> wanted = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(wanted, type);
        int at = -1;
        for (; number >= 0; number--)
        {
            int next = archive.AsSpan(at + 1).IndexOf(wanted);
            Assert.True(next >= 0, "The archive has no such item.");
            at += next + 1;
        }

        return at;
    }

    private static byte[] WriteLink(Target target)
    {
        using MemoryStream stream = new();
        PxarMetadata file = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100);
        PxarMetadata directory = PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101);
        PxarWriter writer = PxarWriter.Create(stream, directory);
        writer.WriteFile(new("a"), file, "one"u8.ToArray());
        PxarLinkTarget link = writer.GetLastFile();
        writer.WriteFile(new("b"), file, "two"u8.ToArray());
        writer.BeginDirectory(new("d"), directory);
        writer.WriteFile(new("a"), file, "six"u8.ToArray());
        writer.EndDirectory();
        writer.WriteSymlink(new("s"), PxarMetadata.Create(PxarEntryKind.Symlink, 0b111_111_111), "/etc/passwd"u8.ToArray());
        writer.WriteHardLink(new("z"), link);
        writer.Finish();
        byte[] archive = stream.ToArray();
        Dictionary<string, long> places = [];
        using PxarReader reader = new(new MemoryStream(archive));
        while (reader.Read())
            places[PxarName.Escape(reader.GetPath())] = reader.Entry.Position;
        (string name, long place) = target switch
        {
            Target.Missing => ("q", places["a"]),
            Target.Symlink => ("s", places["s"]),
            Target.Directory => ("d", places["d"]),
            Target.WrongPlace => ("a", places["a"] + 3),
            Target.OtherFile => ("a", places["b"]),
            Target.SameNameElsewhere => ("a", places["d/a"]),
            _ => ("a", places["a"]),
        };
        int item = Find(archive, HardLink, 0);
        BinaryPrimitives.WriteInt64LittleEndian(archive.AsSpan(item + 16), places["z"] - place);
        archive[item + 24] = (byte)name[0];
        return archive;
    }

    private static (byte[] Names, byte[] Payload) WriteSplit()
    {
        using MemoryStream names = new();
        using MemoryStream payload = new();
        PxarMetadata file = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100);
        PxarWriter writer = PxarWriter.CreateSplit(names, payload, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101), default);
        writer.WriteFile(new("a"), file, "one"u8.ToArray());
        writer.WriteFile(new("b"), file, "twotwo"u8.ToArray());
        writer.Finish();
        return (names.ToArray(), payload.ToArray());
    }
}
