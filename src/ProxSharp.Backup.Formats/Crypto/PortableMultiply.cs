using System.Runtime.Intrinsics;

namespace ProxSharp.Backup.Formats.Crypto;

/// <summary>Carry-less products by integer multiplication: no table and no branch, so the time does not depend on secrets.</summary>
internal readonly struct PortableMultiply : ICarrylessMultiply
{
    // Every fourth bit. Sums of up to fifteen products then stay below the next bit that is used.
    private const ulong Lane = 0x1111_1111_1111_1111;

    public static Vector128<ulong> Low(Vector128<ulong> left, Vector128<ulong> right) => Multiply(left[0], right[0]);

    public static Vector128<ulong> High(Vector128<ulong> left, Vector128<ulong> right) => Multiply(left[1], right[1]);

    private static Vector128<ulong> Multiply(ulong left, ulong right)
    {
        ulong low = LowHalf(left, right);
        ulong high = Reverse(LowHalf(Reverse(left), Reverse(right))) >> 1;
        return Vector128.Create(low, high);
    }

    private static ulong LowHalf(ulong left, ulong right)
    {
        ulong result = 0;
        for (int target = 0; target < 4; target++)
        {
            ulong sum = 0;
            for (int part = 0; part < 4; part++)
            {
                sum ^= (left & (Lane << part)) * (right & (Lane << ((target - part) & 3)));
            }

            result |= sum & (Lane << target);
        }

        return result;
    }

    private static ulong Reverse(ulong value)
    {
        value = ((value >> 1) & 0x5555_5555_5555_5555) | ((value & 0x5555_5555_5555_5555) << 1);
        value = ((value >> 2) & 0x3333_3333_3333_3333) | ((value & 0x3333_3333_3333_3333) << 2);
        value = ((value >> 4) & 0x0F0F_0F0F_0F0F_0F0F) | ((value & 0x0F0F_0F0F_0F0F_0F0F) << 4);
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }
}
