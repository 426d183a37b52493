using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

public sealed class PxarSplitTests
{
    public static TheoryData<string> AllMetadata => [.. Golden.SplitArchives];

    /// <summary>Archives whose contents were all written anew, and whose payload stream is kept.</summary>
    public static TheoryData<string> FullyEncoded => [.. Golden.SplitArchives.Where(name =>
        Golden.PayloadOf(name) is { } payload && PayloadIsPlain(payload))];

    [Theory]
    [MemberData(nameof(AllMetadata))]
    public void RandomAccess_AnySplitArchive_EqualsStreaming(string name)
    {
        byte[] bytes = Golden.Read(name);
        byte[]? payload = Golden.PayloadOf(name);
        List<string> expected = ArchiveDump.Streaming(new MemoryStream(bytes), payload is null ? null : new OneByteStream(payload), payload is not null);
        PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(bytes), payload is null ? null : RandomAccessSource.FromMemory(payload));
        Assert.True(archive.IsSplit);
        Assert.Equal(expected, ArchiveDump.RandomAccess(archive, payload is not null));
    }

    [Theory]
    [MemberData(nameof(FullyEncoded))]
    public async Task Rewrite_FullyEncodedArchive_IsTheSameBytes(string name)
    {
        byte[] bytes = Golden.Read(name);
        byte[] payload = Golden.PayloadOf(name)!;
        using PxarReader reader = new(new MemoryStream(bytes), new MemoryStream(payload));
        (byte[] archive, byte[] payloads) = ArchiveCopier.Copy(reader, split: true);
        Assert.Equal(bytes, archive);
        Assert.Equal(payload, payloads);
        using PxarReader again = new(new OneByteStream(bytes), new OneByteStream(payload));
        (archive, payloads) = await ArchiveCopier.CopyAsync(again, split: true);
        Assert.Equal(bytes, archive);
        Assert.Equal(payload, payloads);
    }

    [Theory]
    [MemberData(nameof(FullyEncoded))]
    public async Task Read_PayloadStreamWithoutItsEnd_IsAnError(string name)
    {
        byte[] bytes = Golden.Read(name);
        byte[] payload = Golden.PayloadOf(name)![..^16];
        using PxarReader reader = new(new MemoryStream(bytes), new MemoryStream(payload));
        ProxmoxProtocolException error = Assert.Throws<ProxmoxProtocolException>(() => ArchiveCopier.Copy(reader, split: true));
        using PxarReader again = new(new OneByteStream(bytes), new OneByteStream(payload));
        ProxmoxProtocolException same = await Assert.ThrowsAsync<ProxmoxProtocolException>(() => ArchiveCopier.CopyAsync(again, split: true));
        Assert.Contains("its end is missing", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, same.Message);
    }

    [Theory]
    [MemberData(nameof(FullyEncoded))]
    public async Task RandomAccess_DamagedMarkOfThePayloadStream_IsAnErrorWithItsPlace(string name)
    {
        byte[] bytes = Golden.Read(name);
        byte[] whole = Golden.PayloadOf(name)!;
        foreach (int at in (int[])[3, 8, whole.Length - 16, whole.Length - 1])
        {
            byte[] payload = [.. whole];
            payload[at] ^= 1;
            PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(bytes), RandomAccessSource.FromMemory(payload));

            ProxmoxProtocolException error = Assert.Throws<ProxmoxProtocolException>(() => ReadAll(archive, archive.Root));
            Assert.Equal(at < 16 ? 0 : whole.Length - 16, error.Offset);
            ProxmoxProtocolException same = await Assert.ThrowsAsync<ProxmoxProtocolException>(() => ReadAllAsync(archive, archive.Root));
            Assert.Equal(error.Message, same.Message);
        }

        PxarArchive cut = PxarArchive.Open(RandomAccessSource.FromMemory(bytes), RandomAccessSource.FromMemory(whole.AsMemory(..^16)));
        Assert.Throws<ProxmoxProtocolException>(() => ReadAll(cut, cut.Root));
    }

    private static void ReadAll(PxarArchive archive, PxarNode directory)
    {
        foreach (PxarNode node in archive.List(directory))
        {
            if (node.Kind == PxarEntryKind.Directory)
                ReadAll(archive, node);
            else if (node.Kind == PxarEntryKind.File)
                archive.OpenContent(node).CopyTo(Stream.Null);
        }
    }

    private static async Task ReadAllAsync(PxarArchive archive, PxarNode directory)
    {
        await foreach (PxarNode node in archive.ListAsync(directory))
        {
            if (node.Kind == PxarEntryKind.Directory)
                await ReadAllAsync(archive, node);
            else if (node.Kind == PxarEntryKind.File)
                await (await archive.OpenContentAsync(node)).CopyToAsync(Stream.Null);
        }
    }

    [Fact]
    public async Task List_DirectoriesThatEachListTheNextTwo_EndsSoon()
    {
        PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(DoublyListed(80)));

        // Gone through as listed, there would be more directories than anybody counts to.
        Assert.Throws<ProxmoxProtocolException>(() => ReadAll(archive, archive.Root));
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => ReadAllAsync(archive, archive.Root));
        Assert.Throws<ProxmoxProtocolException>(() => ReadPlaces(archive, archive.Root));

        static void ReadPlaces(PxarArchive archive, PxarNode directory)
        {
            foreach (PxarPlace place in archive.ReadPlaces(directory))
                ReadPlaces(archive, archive.ReadChild(directory, place));
        }
    }

    /// <summary>Directories within each other, whose tables list not only what they hold but what that holds too.</summary>
    private static byte[] DoublyListed(int levels)
    {
        MemoryStream metadata = new();
        PxarMetadata plain = PxarMetadata.Create(PxarEntryKind.Directory, 0x1ED);
        PxarWriter writer = PxarWriter.CreateSplit(metadata, new MemoryStream(), plain);
        for (int i = 0; i < levels; i++)
            writer.BeginDirectory(new($"d{i}"), plain);
        for (int i = 0; i < levels; i++)
            writer.EndDirectory();
        writer.Finish();

        List<PxarEntry> heads = [];
        using PxarReader reader = new(new MemoryStream(metadata.ToArray()));
        while (reader.Read() && reader.Event == PxarReaderEvent.Entry)
            heads.Add(reader.Entry);
        ArrayBufferWriter<byte> output = new();
        output.Write(metadata.ToArray().AsSpan(0, (int)heads[^1].HeadEnd));
        long[] ends = new long[heads.Count];
        for (int i = levels; i >= 0; i--)
        {
            List<GoodbyeChild> children = [.. Enumerable.Range(i + 1, 2).Where(child => child <= levels).Select(child =>
                new GoodbyeChild(PxarHash.Compute(heads[child].Name.Span), heads[child].Position, ends[child] - heads[child].Position, 0))];
            GoodbyeTable.Write(output, output.WrittenCount, i == 0 ? 0 : heads[i].EntryPosition, children);
            ends[i] = output.WrittenCount;
        }

        return output.WrittenSpan.ToArray();
    }

    [Theory]
    [MemberData(nameof(FullyEncoded))]
    public void Read_WithoutTheContents_LeavesThePayloadStreamAlone(string name)
    {
        using MemoryStream payload = new(Golden.PayloadOf(name)![..^16]);
        using PxarReader reader = new(new MemoryStream(Golden.Read(name)), payload);
        while (reader.Read())
        {
        }

        Assert.Equal(0, payload.Position);
    }

    [Fact]
    public void Rewrite_ManyTree_IsTheSameBytes() => AssertRewritten("many", ManyTree.Content);

    [Fact]
    public void Rewrite_WholeTree_IsTheSameBytes()
    {
        PxarArchive contents = PxarArchive.Open(RandomAccessSource.FromMemory(Golden.Tree));
        Dictionary<string, byte[]> byPath = [];
        using PxarReader reader = new(new MemoryStream(Golden.Tree));
        while (reader.Read())
        {
            if (reader.Event != PxarReaderEvent.Entry || reader.Entry.Kind != PxarEntryKind.File)
                continue;
            using MemoryStream content = new();
            reader.OpenContent().CopyTo(content);
            byPath[PxarName.Text(reader.GetPath())] = content.ToArray();
        }

        Assert.NotNull(contents.Find("hello.txt"));
        AssertRewritten("tree", path => byPath[path]);
    }

    [Fact]
    public void Rewrite_OneStreamAndSplit_HoldTheSameEntries()
    {
        using PxarReader reader = new(new MemoryStream(Golden.Read("pxar/tree-nolarge.pxar")));
        (byte[] archive, byte[] payload) = ArchiveCopier.Copy(reader, split: true);
        using PxarReader back = new(new MemoryStream(archive), new MemoryStream(payload));
        Assert.Equal(Golden.Read("pxar/tree-nolarge.pxar"), ArchiveCopier.Copy(back, split: false).Archive);
    }

    [Fact]
    public void Prelude_OfGoldenArchive_IsItsPatterns()
    {
        PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(Golden.Read("split/pxar/excl.mpxar")));
        Assert.Equal("""{"exclude-patterns":"*.bin\n"}""", Encoding.UTF8.GetString(archive.Prelude.Span));
        using PxarReader reader = new(new MemoryStream(Golden.Read("split/decoded/split-excl_2024-03-09T160000Z/root.mpxar")));
        Assert.True(reader.Read());
        Assert.Equal(["*.bin", "!sub/keep"], PxarPrelude.ReadPatterns(reader.Prelude.Span));
    }

    [Theory]
    [MemberData(nameof(AllMetadata))]
    public void References_OfGoldenArchives_Ascend(string name)
    {
        using PxarReader reader = new(new MemoryStream(Golden.Read(name)));
        long end = 16;
        int count = 0;
        while (reader.Read())
        {
            if (reader.Event != PxarReaderEvent.Entry || reader.Entry.Payload is not { } reference)
                continue;
            Assert.True(reference.Position >= end);
            end = reference.End;
            count++;
        }

        if (name.Split('/') is ["split", "decoded", var folder, _])
            Assert.Equal(Expected(folder).GetProperty("refs").GetInt32(), count);
    }

    [Fact]
    public void WriteFileReference_InjectedPayload_IsReadBack()
    {
        byte[] previous = Golden.Read("split/pxar/small.ppxar");
        PxarArchive old = PxarArchive.Open(
            RandomAccessSource.FromMemory(Golden.Read("split/pxar/small.mpxar")),
            RandomAccessSource.FromMemory(previous));
        PxarNode file = old.Find("sub/r.bin")!;
        PxarPayloadReference reference = file.Entry.Payload!.Value;
        MemoryStream metadata = new();
        MemoryStream payload = new();
        PxarWriter writer = PxarWriter.CreateSplit(metadata, payload, old.Root.Entry.Metadata!);
        writer.WriteFile(new("a"), file.Entry.Metadata!, new byte[] { 1, 2, 3 });
        long injected = writer.InjectPayload(previous.Length);
        Assert.Equal(16 + 16 + 3, injected);
        Assert.Equal(injected, payload.Length);
        payload.Write(previous);
        writer.WriteFileReference(file.Name, file.Entry.Metadata!, reference with { Position = injected + reference.Position });
        writer.WriteHardLink(new("x"), writer.GetLastFile());
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.WriteFileReference(new("y"), file.Entry.Metadata!, new(15, 1)));
        writer.WriteFile(new("z"), file.Entry.Metadata!, "end"u8.ToArray());
        writer.Finish();
        Assert.Equal(payload.Length, writer.PayloadPosition);
        PxarArchive result = PxarArchive.Open(RandomAccessSource.FromStream(metadata), RandomAccessSource.FromStream(payload));
        Assert.Equal(Hash(old.OpenContent(file)), Hash(result.OpenContent(result.Find("x")!)));
        metadata.Position = payload.Position = 0;
        Assert.Equal(ArchiveDump.RandomAccess(result), ArchiveDump.Streaming(new MemoryStream(metadata.ToArray()), new MemoryStream(payload.ToArray())));
    }

    [Fact]
    public void Finish_ReferencedContentNeverInjected_IsRefused()
    {
        PxarWriter writer = PxarWriter.CreateSplit(new MemoryStream(), new MemoryStream(), PxarMetadata.Create(PxarEntryKind.Directory, 493));
        writer.WriteFileReference(new("y"), PxarMetadata.Create(PxarEntryKind.File, 420), new(16, 100));
        Assert.Throws<InvalidOperationException>(writer.Finish);
        writer.InjectPayload(116);
        writer.Finish();
    }

    [Fact]
    public void OpenContent_PayloadOfAnotherArchive_IsProtocolError()
    {
        byte[] metadata = Golden.Read("split/pxar/small.mpxar");
        byte[] payload = Golden.Read("split/decoded/split-stale_2024-03-09T160000Z/root.ppxar");
        Assert.Throws<ProxmoxProtocolException>(() => ArchiveDump.Streaming(new MemoryStream(metadata), new MemoryStream(payload)));
        PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(metadata), RandomAccessSource.FromMemory(payload));
        Assert.Throws<ProxmoxProtocolException>(() => ArchiveDump.RandomAccess(archive));
        Assert.Throws<ProxmoxProtocolException>(() => ArchiveDump.Streaming(new MemoryStream(metadata), new MemoryStream(metadata)));
    }

    [Fact]
    public void OpenContent_WithoutPayload_SaysSo()
    {
        byte[] metadata = Golden.Read("split/pxar/small.mpxar");
        PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(metadata));
        Assert.Throws<InvalidOperationException>(() => archive.OpenContent(archive.Find("file.txt")!));
        Assert.Throws<InvalidOperationException>(() => ArchiveDump.Streaming(new MemoryStream(metadata)));
    }

    [Fact]
    public void Payload_CutAnywhere_IsProtocolError()
    {
        byte[] metadata = Golden.Read("split/pxar/small.mpxar");
        byte[] payload = Golden.Read("split/pxar/small.ppxar");
        for (int length = 0; length < payload.Length - 16; length++)
        {
            byte[] cut = payload[..length];
            Assert.Throws<ProxmoxProtocolException>(() => ArchiveDump.Streaming(new MemoryStream(metadata), new MemoryStream(cut)));
            PxarArchive archive = PxarArchive.Open(RandomAccessSource.FromMemory(metadata), RandomAccessSource.FromMemory(cut));
            Assert.Throws<ProxmoxProtocolException>(() => ArchiveDump.RandomAccess(archive));
        }
    }

    /// <summary>What was counted in a payload stream; folders are called like "split-many_2024-03-09T170000Z".</summary>
    private static JsonElement Expected(string folder)
    {
        string group = folder[..folder.IndexOf('_', StringComparison.Ordinal)];
        string hour = folder[^7..^5];
        return Golden.Json("split/payload-map.json").GetProperty($"host/{group}/2024-03-09T{hour}:00:00Z/root.mpxar.didx");
    }

    private static bool PayloadIsPlain(byte[] payload) => BitConverter.ToUInt64(payload, payload.Length - 32) != PxarFormat.PayloadTail;

    private static void AssertRewritten(string tree, Func<string, byte[]> contents)
    {
        byte[] bytes = Golden.Read($"split/pxar/{tree}.mpxar");
        using PxarReader reader = new(new MemoryStream(bytes));
        (byte[] archive, byte[] payload) = ArchiveCopier.Copy(reader, split: true, contents);
        Assert.Equal(bytes, archive);
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(payload)), File.ReadAllText(Golden.Path($"split/pxar/{tree}.ppxar.sha256")));
    }

    private static string Hash(Stream content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
