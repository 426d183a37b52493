using System.Buffers;
using System.Buffers.Binary;
using ProxSharp.Backup.Formats.Blobs;

namespace ProxSharp.Backup.Formats.Tests.Blobs;

/// <summary>Blobs whose zstd frames are odd: empty, several, skippable, or saying what is not so.</summary>
public sealed class BlobFrameTests
{
    private const int BlockSize = 128 << 10;

    private static readonly byte[] s_empty = Convert.FromHexString("28b52ffd2000010000");
    private static readonly byte[] s_lying = Convert.FromHexString("28b52ffd200021000001020304");
    private static readonly byte[] s_json = Convert.FromHexString("28b52ffd04586100007b2266696c6573223a5b5d7d4158fa52");
    private static readonly byte[] s_skippable = Convert.FromHexString("5a2a4d1803000000010203");

    public static TheoryData<bool> Codecs() => NativeZstd.IsAvailable ? [true, false] : [false];

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decode_EmptyFrameBeforeData_Data(bool native)
    {
        byte[] blob = Convert.FromHexString("31b958426fb6a37f25bd49dd28b52ffd200001000028b52ffd04586100007b2266696c6573223a5b5d7d4158fa52");
        Assert.Equal(46, blob.Length);
        Assert.Equal("{\"files\":[]}"u8.ToArray(), Decode(blob, native));
        using DataBlobDecoder decoder = new(null, Codec(native));
        byte[] exact = new byte[12];
        decoder.DecodeExactly(blob, exact);
        Assert.Equal("{\"files\":[]}"u8.ToArray(), exact);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decode_FramesWithoutContent_NothingOrData(bool native)
    {
        Assert.Empty(Decode(Blob(s_empty), native));
        Assert.Empty(Decode(Blob(s_empty), native, 0));
        Assert.Empty(Decode(Blob(s_empty, s_skippable, s_empty), native));
        Assert.Equal(12, Decode(Blob(s_skippable, s_empty, s_json, s_empty), native).Length);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decode_FrameThatLies_Damaged(bool native)
    {
        byte[][] lies =
        [
            s_lying,
            [.. s_empty, .. s_lying],
            [.. s_json, .. s_lying],
            [.. s_lying, .. s_empty],
            Convert.FromHexString("28b52ffd200521000001020304"), // Says five bytes, holds four.
            Convert.FromHexString("28b52ffd200427000001"), // A block of a kind that there is not.
            Convert.FromHexString("28b52ffd005803002001"), // 256 KiB in one block.
            [.. s_json, 1, 2, 3],
            [.. s_json, .. s_skippable[..^1]],
            s_json[..^1],
        ];
        foreach (byte[] lie in lies)
        {
            Assert.Equal(12, Assert.Throws<ProxmoxProtocolException>(() => Decode(Blob(lie), native)).Offset);
            using DataBlobDecoder decoder = new(null, Codec(native));
            Assert.Throws<ProxmoxProtocolException>(() => decoder.DecodeExactly(Blob(lie), new byte[64]));
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decode_ThreeGigabytesInHundredKilobytes_RefusedWithoutMemory(bool native)
    {
        byte[] blob = Blob(Repeated(24_740));
        Assert.InRange(blob.Length, 98_900, 99_000);
        Refuse(blob, native, DataBlob.MaxDataSize, 64 << 10);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decode_BlocksThatGiveNothing_MemoryFollowsTheInput(bool native)
    {
        // Blocks of a compressed nothing: each may hold 128 KiB for all that its head tells. Behind the last one, damage.
        byte[] nothing = [0x14, 0, 0, 0, 0];
        byte[] good = [.. Head(), .. Enumerable.Repeat(nothing, 20_000).SelectMany(static block => block), 1, 0, 0];
        byte[] bad = [.. good[..^3], 0x15, 0, 0, 0xFF, 0xFF];
        Refuse(Blob(bad), native, DataBlob.MaxDataSize, 16 << 20);
        Assert.Empty(Decode(Blob(good), native));

        byte[] promise = [0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0, 0x08, .. good.AsSpan(Head().Length)]; // The same, said to be 128 MiB.
        Refuse(Blob(promise), native, DataBlob.MaxDataSize, 16 << 20);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decode_MuchFromLittle_Data(bool native)
    {
        Assert.Equal(100 * BlockSize, Decode(Blob(Repeated(100)), native).Length);
        Assert.Equal(100 * BlockSize, Decode(Blob(Repeated(50), s_empty, Repeated(50)), native, 100 * BlockSize).Length);
        Assert.Throws<ProxmoxProtocolException>(() => Decode(Blob(Repeated(50), s_empty, Repeated(50)), native, (100 * BlockSize) - 1));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decode_MutatedFramesTogether_ReadOrRefused(bool native)
    {
        using DataBlobDecoder decoder = new(null, Codec(native));
        byte[][] parts = [s_empty, s_lying, s_json, s_skippable, Repeated(1), Repeated(3), Compressed(5000), Compressed(200_000), [.. Head(), 0x15, 0, 0, 0, 0]];
        Random random = new(20261127);
        List<byte[]> seeds = [Blob(s_json)];
        for (int i = 0; i < 400; i++)
        {
            seeds.Add(Blob([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => parts[random.Next(parts.Length)])]));
        }

        Hostile.Mutate(
            seeds,
            input => decoder.Decode(input, new ArrayBufferWriter<byte>(), 1 << 20),
            static input =>
            {
                if (input.Length >= DataBlob.HeaderSize)
                    DataBlob.WriteHeader(input, DataBlobKind.Compressed);
            },
            static length => 65_536 + (5L << 20) + (length * 8L));
    }

    private static void Refuse(byte[] blob, bool native, int maxLength, long mostMemory)
    {
        using DataBlobDecoder decoder = new(null, Codec(native));
        decoder.Decode(Blob(s_json), new ArrayBufferWriter<byte>());
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ProxmoxProtocolException>(() => decoder.Decode(blob, new ArrayBufferWriter<byte>(), maxLength));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, mostMemory);
    }

    private static byte[] Head() => [0x28, 0xB5, 0x2F, 0xFD, 0, 0x38];

    /// <summary>A frame of blocks that each repeat one byte 128 KiB times.</summary>
    private static byte[] Repeated(int blocks)
    {
        byte[] frame = [.. Head(), .. new byte[blocks * 4]];
        for (int i = 0; i < blocks; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(Head().Length + (i * 4)), (BlockSize << 3) | 2 | (i == blocks - 1 ? 1 : 0));
        }

        return frame;
    }

    private static byte[] Compressed(int length)
    {
        using ManagedZstd codec = new();
        byte[] target = new byte[length + 1024];
        Assert.True(codec.TryCompress([.. Enumerable.Range(0, length).Select(static i => (byte)(i * i / 1000))], target, out int written));
        return target[..written];
    }

    private static byte[] Blob(params byte[][] frames)
    {
        byte[] blob = [.. new byte[DataBlob.HeaderSize], .. frames.SelectMany(static frame => frame)];
        DataBlob.WriteHeader(blob, DataBlobKind.Compressed);
        return blob;
    }

    private static byte[] Decode(byte[] blob, bool native, int maxLength = DataBlob.MaxDataSize)
    {
        using DataBlobDecoder decoder = new(null, Codec(native));
        ArrayBufferWriter<byte> output = new();
        Assert.Equal(decoder.Decode(blob, output, maxLength), output.WrittenCount);
        return output.WrittenSpan.ToArray();
    }

    private static ZstdCodec Codec(bool native) => native ? new NativeZstd() : new ManagedZstd();
}
