using System.Buffers.Binary;
using System.Numerics;

namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// SipHash-2-4 with the keys of the format: the first 16 bytes of SHA-1("PROXMOX ARCHIVE FORMAT") as two big-endian numbers.
/// </summary>
internal static class PxarHash
{
    private const ulong Key0 = 0x83ac3f1cfbb450db;
    private const ulong Key1 = 0xaa4f1b6879369fbd;

    internal static ulong Compute(ReadOnlySpan<byte> data)
    {
        // The four words are "somepseudorandomlygeneratedbytes", as SipHash defines them.
        SipState state = new()
        {
            V0 = Key0 ^ 0x736f6d6570736575,
            V1 = Key1 ^ 0x646f72616e646f6d,
            V2 = Key0 ^ 0x6c7967656e657261,
            V3 = Key1 ^ 0x7465646279746573,
        };
        ReadOnlySpan<byte> rest = data;
        for (; rest.Length >= 8; rest = rest[8..])
            state.Absorb(BinaryPrimitives.ReadUInt64LittleEndian(rest));
        ulong last = (ulong)(data.Length & 0xff) << 56;
        for (int i = 0; i < rest.Length; i++)
            last |= (ulong)rest[i] << (8 * i);
        state.Absorb(last);
        return state.Finish();
    }

    private struct SipState
    {
        internal ulong V0;
        internal ulong V1;
        internal ulong V2;
        internal ulong V3;

        internal void Absorb(ulong word)
        {
            V3 ^= word;
            Round();
            Round();
            V0 ^= word;
        }

        internal ulong Finish()
        {
            V2 ^= 0xff;
            for (int i = 0; i < 4; i++)
                Round();
            return V0 ^ V1 ^ V2 ^ V3;
        }

        private void Round()
        {
            V0 += V1;
            V1 = BitOperations.RotateLeft(V1, 13) ^ V0;
            V0 = BitOperations.RotateLeft(V0, 32);
            V2 += V3;
            V3 = BitOperations.RotateLeft(V3, 16) ^ V2;
            V0 += V3;
            V3 = BitOperations.RotateLeft(V3, 21) ^ V0;
            V2 += V1;
            V1 = BitOperations.RotateLeft(V1, 17) ^ V2;
            V2 = BitOperations.RotateLeft(V2, 32);
        }
    }
}
