using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Formats.Tests.Pxar;

public sealed class PxarPropertyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RandomTrees_WrittenAndRead_AreEqualInEveryWay(bool split)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            (byte[] archive, byte[] payload) = RandomTree.Write(seed, split);
            List<string> expected = ArchiveDump.Streaming(new MemoryStream(archive), new MemoryStream(payload));
            Assert.Equal(expected, await ArchiveDump.StreamingAsync(new OneByteStream(archive), new MemoryStream(payload)));
            PxarArchive random = PxarArchive.Open(RandomAccessSource.FromMemory(archive), RandomAccessSource.FromMemory(payload));
            Assert.Equal(expected, ArchiveDump.RandomAccess(random));
            Assert.Equal(expected, await ArchiveDump.RandomAccessAsync(random));
            using PxarReader reader = new(new MemoryStream(archive), new MemoryStream(payload));
            (byte[] again, byte[] payloadAgain) = ArchiveCopier.Copy(reader, split);
            Assert.Equal(archive, again);
            Assert.Equal(payload, payloadAgain);
        }
    }

    [Fact]
    public async Task RandomTrees_EveryEntry_IsFoundByItsPath()
    {
        for (int seed = 100; seed < 130; seed++)
        {
            (byte[] archive, _) = RandomTree.Write(seed, split: false);
            PxarArchive random = PxarArchive.Open(RandomAccessSource.FromMemory(archive));
            using PxarReader reader = new(new MemoryStream(archive));
            while (reader.Read())
            {
                if (reader.Event != PxarReaderEvent.Entry)
                    continue;
                byte[] path = reader.GetPath();
                Assert.Equal(reader.Entry.Position, random.Find(path)!.Entry.Position);
                Assert.Equal(reader.Entry.Metadata, (await random.FindAsync(path, TestContext.Current.CancellationToken))!.Entry.Metadata);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RandomTrees_PlacesOfChildren_LeadToThemOneByOne(bool split)
    {
        for (int seed = 200; seed < 220; seed++)
        {
            (byte[] archive, _) = RandomTree.Write(seed, split);
            PxarArchive random = PxarArchive.Open(RandomAccessSource.FromMemory(archive));
            Stack<PxarNode> open = new([random.Root]);
            while (open.TryPop(out PxarNode? directory))
            {
                PxarNode[] children = [.. random.List(directory)];
                IReadOnlyList<PxarPlace> places = random.ReadPlaces(directory);
                Assert.Equal(places, await random.ReadPlacesAsync(directory, TestContext.Current.CancellationToken));
                Assert.Equal(children.Select(static child => PxarPlace.HashOf(child.Name)), places.Select(static place => place.NameHash));
                foreach ((PxarNode child, PxarPlace place) in children.Zip(places))
                {
                    Assert.Equal(child.Entry.Position, random.ReadChild(directory, place).Entry.Position);
                    PxarNode again = await random.ReadChildAsync(directory, place, TestContext.Current.CancellationToken);
                    Assert.Equal((child.Name, child.Kind), (again.Name, again.Kind));
                    if (child.Kind == PxarEntryKind.Directory)
                        open.Push(child);
                }

                Assert.Throws<ArgumentException>(() => random.ReadChild(directory, new PxarPlace(0, -1, 5)));
            }
        }
    }

    [Fact]
    public void LargeDirectory_EveryChild_IsFoundAndListed()
    {
        MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 493));
        PxarMetadata metadata = PxarMetadata.Create(PxarEntryKind.File, 420);
        for (int i = 0; i < 100_000; i++)
            writer.WriteFile(new($"{i:D6}"), metadata, new byte[i % 3]);
        writer.Finish();
        PxarArchive random = PxarArchive.Open(RandomAccessSource.FromStream(archive));
        Assert.Equal(100_000, random.List(random.Root).Count());
        for (int i = 0; i < 100_000; i += 997)
            Assert.Equal(i % 3, random.Find($"{i:D6}")!.Entry.Length);
        Assert.Null(random.Find("100000"));
        archive.Position = 0;
        Assert.Equal(100_001, ArchiveDump.Streaming(archive, contents: false).Count);
    }

    [Fact]
    public void Read_ContentsSkippedOrHalfRead_KeepsItsPlace()
    {
        (byte[] archive, byte[] payload) = RandomTree.Write(7, split: true);
        List<string> expected = ArchiveDump.Streaming(new MemoryStream(archive), contents: false);
        using PxarReader reader = new(new OneByteStream(archive), new OneByteStream(payload));
        int entries = 0;
        byte[] buffer = new byte[7];
        while (reader.Read())
        {
            if (reader.Event != PxarReaderEvent.Entry)
                continue;
            entries++;
            if (reader.Entry.Kind == PxarEntryKind.File && entries % 2 == 0)
                Assert.Equal(Math.Min(1, reader.Entry.Length), reader.OpenContent().Read(buffer));
        }

        Assert.Equal(expected.Count, entries);
    }

    [Fact]
    public void OpenContent_AfterTheNextEntry_IsRefused()
    {
        using PxarReader reader = new(new MemoryStream(Golden.Read("pxar/tree-small.pxar")));
        while (reader.Read() && (reader.Event != PxarReaderEvent.Entry || reader.Entry.Kind != PxarEntryKind.File))
        {
        }

        Stream content = reader.OpenContent();
        Assert.Throws<InvalidOperationException>(reader.OpenContent);
        Assert.True(reader.Read());
        Assert.Throws<InvalidOperationException>(() => content.ReadByte());
    }

    [Theory]
    [InlineData(10, 4, 6, false)]
    [InlineData(4, 10, 0, true)]
    [InlineData(5, 5, 0, false)]
    [InlineData(300_000, 1, 299_999, false)]
    public async Task WriteFile_LengthDiffers_IsPaddedOrCut(int announced, int real, long missing, bool more)
    {
        MemoryStream archive = new();
        PxarWriter writer = PxarWriter.Create(archive, PxarMetadata.Create(PxarEntryKind.Directory, 493));
        PxarMetadata metadata = PxarMetadata.Create(PxarEntryKind.File, 420);
        byte[] content = [.. Enumerable.Repeat((byte)1, real)];
        Assert.Equal(new PxarFileResult(missing, more), writer.WriteFile(new("a"), metadata, announced, new MemoryStream(content)));
        PxarFileResult result = await writer.WriteFileAsync(new("b"), metadata, announced, new OneByteStream(content), TestContext.Current.CancellationToken);
        Assert.Equal(new PxarFileResult(missing, more), result);
        writer.Finish();
        PxarArchive random = PxarArchive.Open(RandomAccessSource.FromStream(archive));
        using MemoryStream back = new();
        random.OpenContent(random.Find("b")!).CopyTo(back);
        Assert.Equal([.. content.Take(announced), .. new byte[missing]], back.ToArray());
    }

    [Fact]
    public void Writer_Misuse_IsRefusedAndHarmless()
    {
        MemoryStream archive = new();
        PxarMetadata directory = PxarMetadata.Create(PxarEntryKind.Directory, 493);
        PxarMetadata file = PxarMetadata.Create(PxarEntryKind.File, 420);
        Assert.Throws<ArgumentException>(() => PxarWriter.Create(archive, file));
        PxarWriter writer = PxarWriter.Create(archive, directory);
        writer.WriteFile(new("b"), file, new byte[1]);
        Assert.Throws<ArgumentException>(() => writer.WriteFile(new("b"), file, new byte[1]));
        writer.WriteFile(new("a"), file, new byte[1]);
        Assert.Throws<ArgumentException>(() => writer.WriteFile(new("b"), file, new byte[1]));
        Assert.Throws<ArgumentException>(() => writer.WriteFile(new("c"), directory, new byte[1]));
        Assert.Throws<ArgumentException>(() => writer.WriteFile(default, file, new byte[1]));
        Assert.Throws<ArgumentException>(() => writer.WriteSymlink(new("c"), PxarMetadata.Create(PxarEntryKind.Symlink, 511), default));
        Assert.Throws<InvalidOperationException>(writer.EndDirectory);
        Assert.Throws<InvalidOperationException>(() => writer.InjectPayload(5));
        writer.BeginDirectory(new("d"), directory);
        Assert.Throws<InvalidOperationException>(() => writer.GetLastFile());
        Assert.Throws<InvalidOperationException>(writer.Finish);
        writer.EndDirectory();
        writer.Finish();
        Assert.Throws<InvalidOperationException>(writer.Finish);
        Assert.Throws<InvalidOperationException>(() => writer.WriteFile(new("z"), file, new byte[1]));
        archive.Position = 0;
        Assert.Equal(4, ArchiveDump.Streaming(archive).Count);
    }

    [Fact]
    public async Task WriteFile_ContentFails_ArchiveCannotBeCompleted()
    {
        PxarMetadata file = PxarMetadata.Create(PxarEntryKind.File, 420);
        PxarWriter writer = PxarWriter.Create(new MemoryStream(), PxarMetadata.Create(PxarEntryKind.Directory, 493));
        Assert.Throws<IOException>(() => writer.WriteFile(new("a"), file, 10, new FailingStream()));
        Assert.Throws<InvalidOperationException>(writer.Finish);
        writer = PxarWriter.Create(new FailingStream(), PxarMetadata.Create(PxarEntryKind.Directory, 493));
        writer.WriteFile(new("a"), file, new byte[10]);
        await Assert.ThrowsAsync<IOException>(async () => await writer.FinishAsync(TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.FlushAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Read_StreamFailsOrIsCancelled_ReaderIsNotUsable()
    {
        using PxarReader reader = new(new FailingStream());
        Assert.Throws<IOException>(() => reader.Read());
        Assert.Throws<InvalidOperationException>(() => reader.Read());
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        using PxarReader other = new(new MemoryStream(Golden.Read("pxar/meta.pxar")));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await other.ReadAsync(cancelled.Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await other.ReadAsync(TestContext.Current.CancellationToken));
    }

    private sealed class FailingStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => throw new IOException("The disk is gone.");

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("The disk is full.");

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("The disk is full.");
    }
}
