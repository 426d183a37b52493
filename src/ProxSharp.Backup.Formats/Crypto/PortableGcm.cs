using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>GCM where the processor has no instructions for it: the system's AES makes the key stream, integer multiplication the hash.</summary>
internal sealed class PortableGcm : GcmEngine
{
    private const int BatchSize = 8192;

    private readonly byte[] _key;
    private readonly GhashKey<PortableMultiply> _hash;

    public PortableGcm(ReadOnlySpan<byte> key)
    {
        _key = key.ToArray();
        using Aes aes = CreateAes();
        byte[] hashKey = aes.EncryptEcb(new byte[BlockSize], PaddingMode.None);
        _hash = new GhashKey<PortableMultiply>(Vector128.Create(hashKey));
        CryptographicOperations.ZeroMemory(hashKey);
    }

    public override void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        _hash.Clear();
    }

    protected override void Run(bool encrypt, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> output, Span<byte> tag)
    {
        using Aes aes = CreateAes();
        Span<byte> counter = stackalloc byte[BlockSize];
        FirstCounter(_hash, nonce).CopyTo(counter);
        Span<byte> mask = stackalloc byte[BlockSize];
        aes.EncryptEcb(counter, mask, PaddingMode.None);
        byte[] stream = new byte[Math.Min(BatchSize, (input.Length + BlockSize - 1) & -BlockSize)];
        Vector128<ulong> state = default;
        for (int at = 0; at < input.Length; at += BatchSize)
        {
            int length = Math.Min(BatchSize, input.Length - at);
            ReadOnlySpan<byte> source = input.Slice(at, length);
            Span<byte> target = output.Slice(at, length);
            FillStream(aes, counter, stream);
            state = encrypt ? state : _hash.Update(state, source);
            for (int i = 0; i < length; i++)
            {
                target[i] = (byte)(source[i] ^ stream[i]);
            }

            state = encrypt ? _hash.Update(state, target) : state;
        }

        CryptographicOperations.ZeroMemory(stream);
        state = _hash.Update(state, Lengths(input.Length));
        (GhashKey<PortableMultiply>.ToBlock(state) ^ Vector128.Create<byte>(mask)).CopyTo(tag);
    }

    private static void FillStream(Aes aes, Span<byte> counter, byte[] stream)
    {
        uint count = BinaryPrimitives.ReadUInt32BigEndian(counter[12..]);
        for (int at = 0; at < stream.Length; at += BlockSize)
        {
            count++;
            BinaryPrimitives.WriteUInt32BigEndian(counter[12..], count);
            counter.CopyTo(stream.AsSpan(at));
        }

        aes.EncryptEcb(stream, stream, PaddingMode.None);
    }

    private Aes CreateAes()
    {
        Aes aes = Aes.Create();
        aes.Key = _key;
        return aes;
    }
}
