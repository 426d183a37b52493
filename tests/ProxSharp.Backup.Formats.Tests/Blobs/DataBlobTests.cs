using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Formats.Tests.Blobs;

public sealed class DataBlobTests
{
    private static readonly byte[] s_hello = [.. Enumerable.Repeat("hello PBS\n"u8.ToArray(), 5).SelectMany(static part => part)];

    public static TheoryData<string> GoldenBlobs() => [.. GoldenFiles.Find("datastore", "*.blob")];

    public static TheoryData<bool> Codecs() => NativeZstd.IsAvailable ? [true, false] : [false];

    [Fact]
    public void Encode_KnownData_KnownBytes()
    {
        using DataBlobEncoder encoder = new(compress: false);
        ArrayBufferWriter<byte> output = new();
        Assert.Equal(DataBlobKind.Uncompressed, encoder.Encode(s_hello, output));
        Assert.Equal("42ab3807be8370a1acd77e20" + Convert.ToHexStringLower(s_hello), Convert.ToHexStringLower(output.WrittenSpan));
        Assert.Equal("fb8953dc52ce3279254b54680d4d5390a65ef4e031540370564dd9866b469a07", Convert.ToHexStringLower(SHA256.HashData(output.WrittenSpan)));
        Assert.Equal("e3985ff4af69a3d0cb04385d8e350f3a3e59742efe155b23ee860e823af71b40", ChunkDigest.Compute(s_hello).ToString());
    }

    [Fact]
    public void Encode_KnownKeyAndNonce_KnownBytes()
    {
        using CryptConfig key = new(TestData.Counting(0, 32));
        using DataBlobEncoder encoder = new(key, compress: false);
        byte[] blob = new byte[DataBlob.GetMaxLength(s_hello.Length, true)];
        Assert.Equal(DataBlobKind.Encrypted, encoder.Encode(s_hello, blob, TestData.Counting(0x40, 16), out int written));
        Assert.Equal(
            "7b6785be222d4cf08535bbcb404142434445464748494a4b4c4d4e4fdc15db87ca38ef250983592c539741555de77ab7f37f0749ca010b90f20089822a0844dc373b5491cf7989e8a2596db3943a51c8e3c5c208c8cb112924c906102c04",
            Convert.ToHexStringLower(blob.AsSpan(0, written)));
        Assert.Equal("60a7608785f9df17d0d43e0d897f277d85cafbef4e2c1a9404561117b9479cfd", ChunkDigest.Compute(s_hello, key).ToString());
    }

    [Theory]
    [MemberData(nameof(GoldenBlobs))]
    public void Decode_GoldenBlob_EqualsDecodedAndWritesAgain(string path)
    {
        byte[] blob = GoldenFiles.Read(path);
        DataBlobKind kind = DataBlob.Verify(blob);
        using CryptConfig? key = GoldenFiles.FindKey(path) is { } bytes ? new CryptConfig(bytes) : null;
        byte[] data = Decode(blob, key);
        string decoded = DecodedPath(path);
        if (Path.GetFileName(path) != "index.json.blob" || File.Exists(Path.Combine(GoldenFiles.Root, decoded)))
        {
            Assert.Equal(GoldenFiles.Read(decoded), data);
        }

        Assert.Equal(blob, EncodeLike(blob, kind, key, data));
    }

    [Fact]
    public void Decode_EveryGoldenChunk_HasItsDigestAndLength()
    {
        int chunks = 0;
        foreach (string path in GoldenFiles.Find("datastore", "*.?idx"))
        {
            IChunkIndex index = path.EndsWith(".fidx", StringComparison.Ordinal) ? FixedIndex.Parse(GoldenFiles.Read(path)) : DynamicIndex.Parse(GoldenFiles.Read(path));
            bool encrypted = GoldenFiles.FindKey(path) is not null && !path.Contains("golden-sign", StringComparison.Ordinal);
            using CryptConfig? key = encrypted ? new CryptConfig(GoldenFiles.FindKey(path)) : null;
            using DataBlobDecoder decoder = new(key);
            for (int i = 0; i < index.Count; i++)
            {
                byte[] blob = GoldenFiles.ReadChunk(index[i].Digest);
                byte[] data = new byte[index[i].Length];
                decoder.DecodeExactly(blob, data);
                Assert.Equal(index[i].Digest, ChunkDigest.Compute(data, key));
                Assert.Equal(encrypted, DataBlob.IsEncrypted(DataBlob.ReadKind(blob)));
                Assert.Equal(blob, EncodeLike(blob, DataBlob.ReadKind(blob), key, data));
                chunks++;
            }
        }

        Assert.True(chunks > 40);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Encode_EachKindOfData_RoundTrips(bool native)
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        foreach (CryptConfig? crypt in new[] { null, key })
        {
            using DataBlobEncoder encoder = new(crypt, Codec(native));
            using DataBlobDecoder decoder = new(crypt, Codec(native));
            foreach (int length in new[] { 0, 1, 12, 100, 4096, 100_000, 1 << 20 })
            {
                foreach (byte[] data in new[] { TestData.Random(length, length), new byte[length] })
                {
                    ArrayBufferWriter<byte> output = new(), back = new();
                    DataBlobKind kind = encoder.Encode(data, output);
                    Assert.Equal(kind, DataBlob.Verify(output.WrittenSpan));
                    Assert.Equal(crypt is not null, DataBlob.IsEncrypted(kind));
                    Assert.InRange(output.WrittenCount, 12, DataBlob.GetMaxLength(length, crypt is not null));
                    Assert.Equal(length, decoder.Decode(output.WrittenSpan, back));
                    Assert.Equal(data, back.WrittenSpan.ToArray());
                    byte[] exact = new byte[length];
                    decoder.DecodeExactly(output.WrittenSpan, exact);
                    Assert.Equal(data, exact);
                }
            }

            ArrayBufferWriter<byte> zeros = new();
            Assert.Equal(crypt is null ? DataBlobKind.Compressed : DataBlobKind.EncryptedCompressed, encoder.Encode(new byte[4096], zeros));
            Assert.True(zeros.WrittenCount < 100);
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decode_CompressedByOtherCodec_EqualsData(bool native)
    {
        using DataBlobEncoder encoder = new(null, Codec(native));
        using DataBlobDecoder decoder = new(null, new ManagedZstd());
        ArrayBufferWriter<byte> output = new(), back = new();
        byte[] data = [.. Enumerable.Range(0, 300_000).Select(static i => (byte)(i * i / 1000))];
        Assert.Equal(DataBlobKind.Compressed, encoder.Encode(data, output));
        decoder.Decode(output.WrittenSpan, back);
        Assert.Equal(data, back.WrittenSpan.ToArray());
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decode_SeveralFrames_Concatenated(bool native)
    {
        byte[] frame = Compress(new byte[70_000]);
        byte[] blob = Repair([.. new byte[12], .. frame, .. frame, .. frame], DataBlobKind.Compressed);
        using DataBlobDecoder decoder = new(null, Codec(native));
        ArrayBufferWriter<byte> output = new();
        Assert.Equal(210_000, decoder.Decode(blob, output));
        Assert.Throws<ProxmoxProtocolException>(() => decoder.Decode(blob, new ArrayBufferWriter<byte>(), 209_999));
        decoder.DecodeExactly(blob, new byte[210_000]);
        Assert.Throws<ProxmoxProtocolException>(() => decoder.DecodeExactly(blob, new byte[209_999]));
        Assert.Throws<ProxmoxProtocolException>(() => decoder.DecodeExactly(blob, new byte[210_001]));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decode_MoreThanAccepted_RefusedWithoutMemory(bool native)
    {
        byte[] bomb = Repair([.. new byte[12], .. Compress(new byte[64 << 20])], DataBlobKind.Compressed);
        Assert.True(bomb.Length < 10_000);
        using DataBlobDecoder decoder = new(null, Codec(native));
        decoder.Decode(Repair([.. new byte[12], .. Compress(new byte[10])], DataBlobKind.Compressed), new ArrayBufferWriter<byte>());
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ProxmoxProtocolException>(() => decoder.Decode(bomb, new ArrayBufferWriter<byte>(), 1 << 20));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
    }

    [Fact]
    public void Decode_FrameThatPromisesMuch_RefusedWithoutMemory()
    {
        // A frame of one segment that says it holds 120 MiB, and an empty last block.
        byte[] promise = [0x28, 0xB5, 0x2F, 0xFD, 0xA0, 0, 0, 0x80, 0x07, 1, 0, 0];
        byte[] blob = Repair([.. new byte[12], .. promise], DataBlobKind.Compressed);
        using DataBlobDecoder decoder = new();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ProxmoxProtocolException>(() => decoder.Decode(blob, new ArrayBufferWriter<byte>()));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2 << 20);
    }

    [Fact]
    public void Decode_EncryptedWithoutOrWithOtherKey_Refused()
    {
        byte[] blob = GoldenFiles.Read("datastore/host/golden-enc/2023-11-14T221320Z/qemu-server.conf.blob");
        using DataBlobDecoder without = new();
        Assert.Throws<BackupKeyException>(() => without.Decode(blob, new ArrayBufferWriter<byte>()));
        using CryptConfig other = CryptConfig.CreateRandom();
        using DataBlobDecoder wrong = new(other);
        Assert.Equal(28, Assert.Throws<ProxmoxProtocolException>(() => wrong.Decode(blob, new ArrayBufferWriter<byte>())).Offset);
    }

    [Theory]
    [MemberData(nameof(GoldenBlobs))]
    public void Decode_Truncated_ProtocolException(string path)
    {
        using CryptConfig? key = GoldenFiles.FindKey(path) is { } bytes ? new CryptConfig(bytes) : null;
        Hostile.Truncate(GoldenFiles.Read(path), input => Decode(input, key));
    }

    [Fact]
    public void Decode_TruncatedChunk_ProtocolException()
    {
        foreach (string path in GoldenFiles.Find("datastore/.chunks", "*").Take(6))
        {
            Hostile.Truncate(GoldenFiles.Read(path), static input => Decode(input, null));
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Decode_Mutated_ReadOrRefused(bool native)
    {
        using CryptConfig key = new(GoldenFiles.ReadKey("key-none"));
        using DataBlobDecoder decoder = new(key, Codec(native));
        byte[][] seeds =
        [
            .. GoldenFiles.Find("datastore", "*.blob").Where(static path => !path.Contains("scrypt", StringComparison.Ordinal)).Select(GoldenFiles.Read),
            .. GoldenFiles.Find("datastore/.chunks", "*").Select(GoldenFiles.Read).Where(static blob => blob.Length < 10_000 && !DataBlob.IsEncrypted(DataBlob.ReadKind(blob))),
        ];
        Hostile.Mutate(
            seeds,
            input => decoder.Decode(input, new ArrayBufferWriter<byte>(), 1 << 20),
            static input => RepairCrc(input),
            static length => 65_536 + (5L << 20) + (length * 8L)); // Up to 1 MiB is accepted, and memory doubles until it is enough.
    }

    [Fact]
    public void Verify_ChangedPayloadOrMagic_OffsetTold()
    {
        byte[] blob = GoldenFiles.Read("datastore/vm/100/2023-11-14T221320Z/qemu-server.conf.blob");
        blob[^1] ^= 1;
        Assert.Equal(8, Assert.Throws<ProxmoxProtocolException>(() => DataBlob.Verify(blob)).Offset);
        blob[0] ^= 1;
        Assert.Equal(0, Assert.Throws<ProxmoxProtocolException>(() => DataBlob.Verify(blob)).Offset);
        Assert.Equal(3, Assert.Throws<ProxmoxProtocolException>(() => DataBlob.Verify(blob.AsSpan(0, 3))).Offset);
    }

    [Fact]
    public void Encode_ShortDestination_Misuse()
    {
        using DataBlobEncoder encoder = new();
        Assert.Throws<ArgumentException>(() => encoder.Encode(new byte[10], new byte[21], out _));
    }

    private static string DecodedPath(string path)
    {
        string[] parts = path.Split('/')[1..];
        string name = parts[^1][..^".blob".Length];
        return $"decoded/{string.Join('_', parts[..^1])}/{name}";
    }

    private static byte[] Decode(byte[] blob, CryptConfig? key)
    {
        using DataBlobDecoder decoder = new(key);
        ArrayBufferWriter<byte> output = new();
        decoder.Decode(blob, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Encodes again with the nonce of a known blob. What the official encoder compressed is taken from it: other encoders may choose other bytes.</summary>
    private static byte[] EncodeLike(byte[] blob, DataBlobKind kind, CryptConfig? key, byte[] data)
    {
        bool encrypted = DataBlob.IsEncrypted(kind);
        byte[] payload = data;
        if (DataBlob.IsCompressed(kind))
        {
            payload = blob[DataBlob.HeaderLength(encrypted)..];
            Assert.False(encrypted && !key!.TryDecrypt(blob.AsSpan(12, 16), payload, blob.AsSpan(28, 16), payload));
        }

        using DataBlobEncoder encoder = new(encrypted ? key : null, compress: false);
        byte[] again = new byte[DataBlob.GetMaxLength(payload.Length, encrypted)];
        encoder.Encode(payload, again, encrypted ? blob.AsSpan(12, 16) : default, out int written);
        Assert.Equal(again.Length, written);
        return DataBlob.IsCompressed(kind) ? Repair(again, kind) : again;
    }

    private static byte[] Compress(byte[] data)
    {
        using ManagedZstd codec = new();
        byte[] target = new byte[data.Length + 1024];
        Assert.True(codec.TryCompress(data, target, out int written));
        return target[..written];
    }

    private static byte[] Repair(byte[] blob, DataBlobKind kind)
    {
        DataBlob.WriteHeader(blob, kind);
        return blob;
    }

    private static void RepairCrc(byte[] blob)
    {
        if (blob.Length >= 12)
        {
            int header = blob[0] is 0x7b or 0xe6 ? 44 : 12;
            BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(8), Crc32.HashToUInt32(blob.AsSpan(Math.Min(header, blob.Length))));
        }
    }

    private static ZstdCodec Codec(bool native) => native ? new NativeZstd() : new ManagedZstd();
}
