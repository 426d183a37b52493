using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>GCM on the instructions for AES and carry-less multiplication, eight blocks at a time.</summary>
internal sealed class AcceleratedGcm<TInstructions> : GcmEngine
    where TInstructions : struct, IAesRounds, ICarrylessMultiply
{
    private const int Rounds = 14;
    private const int Group = GhashKey<TInstructions>.Aggregated * BlockSize;

    private readonly Vector128<byte>[] _keys;
    private readonly GhashKey<TInstructions> _hash;

    public AcceleratedGcm(ReadOnlySpan<byte> key)
    {
        _keys = Expand(key);
        _hash = new GhashKey<TInstructions>(EncryptBlock(default));
    }

    public override void Dispose()
    {
        Array.Clear(_keys);
        _hash.Clear();
    }

    protected override void Run(bool encrypt, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, Span<byte> output, Span<byte> tag)
    {
        Vector128<byte> first = FirstCounter(_hash, nonce);
        Vector128<uint> counter = GhashKey<TInstructions>.Reverse(first).AsUInt32();
        Vector128<ulong> state = default;
        int done = 0;
        if (input.Length >= Group)
        {
            done = input.Length & -Group;
            state = encrypt
                ? RunGroups<EncryptDirection>(ref counter, input[..done], output[..done])
                : RunGroups<DecryptDirection>(ref counter, input[..done], output[..done]);
        }

        state = RunRest(encrypt, state, counter, input[done..], output[done..]);
        state = _hash.Update(state, Lengths(input.Length));
        (GhashKey<TInstructions>.ToBlock(state) ^ EncryptBlock(first)).CopyTo(tag);
    }

    // One method although long: splitting it would spill sixteen vectors between the parts.
    private Vector128<ulong> RunGroups<TDirection>(ref Vector128<uint> counter, ReadOnlySpan<byte> input, Span<byte> output)
        where TDirection : struct, IDirection
    {
        ref byte source = ref MemoryMarshal.GetReference(input);
        ref byte target = ref MemoryMarshal.GetReference(output);
        ref Vector128<byte> keys = ref MemoryMarshal.GetArrayDataReference(_keys);
        Vector128<uint> count = counter;
        Vector128<ulong> state = default;
        for (nuint at = 0; at < (nuint)input.Length; at += Group)
        {
            Vector128<byte> key = keys;
            Vector128<byte> b0 = Block(count, 1) ^ key, b1 = Block(count, 2) ^ key, b2 = Block(count, 3) ^ key, b3 = Block(count, 4) ^ key;
            Vector128<byte> b4 = Block(count, 5) ^ key, b5 = Block(count, 6) ^ key, b6 = Block(count, 7) ^ key, b7 = Block(count, 8) ^ key;
            count += Vector128.CreateScalar(8u);
            for (int round = 1; round < Rounds; round++)
            {
                key = Unsafe.Add(ref keys, round);
                b0 = TInstructions.Round(b0, key);
                b1 = TInstructions.Round(b1, key);
                b2 = TInstructions.Round(b2, key);
                b3 = TInstructions.Round(b3, key);
                b4 = TInstructions.Round(b4, key);
                b5 = TInstructions.Round(b5, key);
                b6 = TInstructions.Round(b6, key);
                b7 = TInstructions.Round(b7, key);
            }

            key = Unsafe.Add(ref keys, Rounds);
            Vector128<ulong> low = default, middle = default, high = default;
            Finish<TDirection>(b0, key, ref source, ref target, at, 0, state, ref low, ref middle, ref high);
            Finish<TDirection>(b1, key, ref source, ref target, at, 1, default, ref low, ref middle, ref high);
            Finish<TDirection>(b2, key, ref source, ref target, at, 2, default, ref low, ref middle, ref high);
            Finish<TDirection>(b3, key, ref source, ref target, at, 3, default, ref low, ref middle, ref high);
            Finish<TDirection>(b4, key, ref source, ref target, at, 4, default, ref low, ref middle, ref high);
            Finish<TDirection>(b5, key, ref source, ref target, at, 5, default, ref low, ref middle, ref high);
            Finish<TDirection>(b6, key, ref source, ref target, at, 6, default, ref low, ref middle, ref high);
            Finish<TDirection>(b7, key, ref source, ref target, at, 7, default, ref low, ref middle, ref high);
            state = GhashKey<TInstructions>.Reduce(low, middle, high);
        }

        counter = count;
        return state;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish<TDirection>(
        Vector128<byte> stream,
        Vector128<byte> key,
        ref byte source,
        ref byte target,
        nuint at,
        int index,
        Vector128<ulong> state,
        ref Vector128<ulong> low,
        ref Vector128<ulong> middle,
        ref Vector128<ulong> high)
        where TDirection : struct, IDirection
    {
        nuint offset = at + (nuint)(index * BlockSize);
        Vector128<byte> input = Vector128.LoadUnsafe(ref source, offset);
        Vector128<byte> output = TInstructions.LastRound(stream, key ^ input);
        output.StoreUnsafe(ref target, offset);
        Vector128<ulong> cipher = GhashKey<TInstructions>.Reverse(TDirection.Encrypts ? output : input) ^ state;
        GhashKey<TInstructions>.Accumulate(cipher, Unsafe.Add(ref _hash.Powers, index), Unsafe.Add(ref _hash.Folded, index), ref low, ref middle, ref high);
    }

    private Vector128<ulong> RunRest(bool encrypt, Vector128<ulong> state, Vector128<uint> counter, ReadOnlySpan<byte> input, Span<byte> output)
    {
        Span<byte> padded = stackalloc byte[BlockSize];
        for (int at = 0; at < input.Length; at += BlockSize)
        {
            int length = Math.Min(BlockSize, input.Length - at);
            padded.Clear();
            input.Slice(at, length).CopyTo(padded);
            Vector128<byte> source = Vector128.Create<byte>(padded);
            (source ^ EncryptBlock(Block(counter, 1))).CopyTo(padded);
            padded[length..].Clear();
            padded[..length].CopyTo(output[at..]);
            counter += Vector128.CreateScalar(1u);
            state = _hash.Update(state, encrypt ? Vector128.Create<byte>(padded) : source);
        }

        padded.Clear();
        return state;
    }

    /// <summary>The counter's block some steps further. Only its last 32 bits count, and they wrap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Block(Vector128<uint> counter, uint steps) =>
        GhashKey<TInstructions>.Reverse((counter + Vector128.CreateScalar(steps)).AsByte()).AsByte();

    private Vector128<byte> EncryptBlock(Vector128<byte> block)
    {
        block ^= _keys[0];
        for (int round = 1; round < Rounds; round++)
        {
            block = TInstructions.Round(block, _keys[round]);
        }

        return TInstructions.LastRound(block, _keys[Rounds]);
    }

    /// <summary>Computes the round keys (FIPS 197, 5.2).</summary>
    private static Vector128<byte>[] Expand(ReadOnlySpan<byte> key)
    {
        const int KeyWords = 8;
        Vector128<byte>[] keys = new Vector128<byte>[Rounds + 1];
        Span<uint> words = MemoryMarshal.Cast<Vector128<byte>, uint>(keys.AsSpan());
        key.CopyTo(MemoryMarshal.AsBytes(words));
        uint constant = 1;
        for (int i = KeyWords; i < words.Length; i++)
        {
            uint word = words[i - 1];
            if (i % KeyWords == 0)
            {
                word = Substitute(BitOperations.RotateRight(word, 8)) ^ constant;
                constant <<= 1;
            }
            else if (i % KeyWords == KeyWords / 2)
            {
                word = Substitute(word);
            }

            words[i] = words[i - KeyWords] ^ word;
        }

        return keys;
    }

    // With four equal columns the shift of rows does nothing, so a last round without key is the substitution alone: no table.
    private static uint Substitute(uint word) => TInstructions.LastRound(Vector128.Create(word).AsByte(), default).AsUInt32()[0];

    private interface IDirection
    {
        static abstract bool Encrypts { get; }
    }

    private readonly struct EncryptDirection : IDirection
    {
        public static bool Encrypts => true;
    }

    private readonly struct DecryptDirection : IDirection
    {
        public static bool Encrypts => false;
    }
}
