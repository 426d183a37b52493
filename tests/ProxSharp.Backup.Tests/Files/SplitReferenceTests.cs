using System.Buffers.Binary;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Tests.Files;

/// <summary>References of a split archive that were changed: who looks files up gets no other content.</summary>
public sealed class SplitReferenceTests
{
    private const ulong Reference = 0x419d3d6bc4ba977e;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_FileWithAnotherLengthThanInItsTable_IsDamaged()
    {
        (byte[] archive, byte[] payload, int[] references) = Write();
        // Empty here and in the payload stream.
        SetLength(archive, references[0], 0);
        BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(16 + 8), 16);
        PxarArchive changed = Archives.Open(archive, payload);

        ProxmoxProtocolException error = Assert.Throws<ProxmoxProtocolException>(() => changed.Find("a"));
        ProxmoxProtocolException same = await Assert.ThrowsAsync<ProxmoxProtocolException>(() => changed.FindAsync("a", Token).AsTask());

        Assert.Contains("another size for this file", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, same.Message);
        Assert.Throws<ProxmoxProtocolException>(() => changed.List(changed.Root).Count());
        Assert.Throws<ProxmoxProtocolException>(() => changed.ReadChild(changed.Root, changed.ReadPlaces(changed.Root)[0]));
        Assert.Equal(200, changed.Find("b")!.Entry.Length);
    }

    [Fact]
    public void Find_FilesWithEachOthersReferences_AreDamaged()
    {
        (byte[] archive, byte[] payload, int[] references) = Write();
        byte[] first = archive[(references[0] + 16)..(references[0] + 32)];
        archive.AsSpan(references[1] + 16, 16).CopyTo(archive.AsSpan(references[0] + 16));
        first.CopyTo(archive, references[1] + 16);
        PxarArchive changed = Archives.Open(archive, payload);

        Assert.Throws<ProxmoxProtocolException>(() => changed.Find("a"));
        Assert.Throws<ProxmoxProtocolException>(() => changed.Find("b"));
    }

    [Fact]
    public async Task Extract_EmptyFileWithTheContentOfAnother_IsDamagedOnEachWay()
    {
        (byte[] archive, byte[] payload, int[] references) = Write();
        using TempTree whole = new();
        TreeExtractResult result = await new TreeExtractor(whole.Path).ExtractAsync(Archives.Open(archive, payload), Token);
        Assert.Equal(3, result.Files);
        archive.AsSpan(references[1] + 16, 16).CopyTo(archive.AsSpan(references[2] + 16));

        using TempTree looked = new();
        ProxmoxProtocolException error = await Assert.ThrowsAsync<ProxmoxProtocolException>(
            () => new TreeExtractor(looked.Path).ExtractAsync(Archives.Open(archive, payload), Token));
        using TempTree inOrder = new();
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => Archives.ExtractAsync(archive, inOrder.Path, payload: payload));

        Assert.Contains("\"e\" refers back", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(looked.Combine("e")));
    }

    private static void SetLength(byte[] archive, int reference, long length) =>
        BinaryPrimitives.WriteInt64LittleEndian(archive.AsSpan(reference + 24), length);

    /// <summary>An archive of a (100 bytes), b (200) and e (none), and where its references stand.</summary>
    private static (byte[] Archive, byte[] Payload, int[] References) Write()
    {
        PxarMetadata plain = PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100);
        using MemoryStream archive = new();
        using MemoryStream payload = new();
        PxarWriter writer = PxarWriter.CreateSplit(archive, payload, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
        writer.WriteFile(new("a"), plain, new byte[100]);
        writer.WriteFile(new("b"), plain, new byte[200]);
        writer.WriteFile(new("e"), plain, Array.Empty<byte>());
        writer.Finish();
        byte[] bytes = archive.ToArray();
        int[] references = [.. Enumerable.Range(0, bytes.Length - 8).Where(at => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at)) == Reference)];
        Assert.Equal(3, references.Length);
        return (bytes, payload.ToArray(), references);
    }
}
