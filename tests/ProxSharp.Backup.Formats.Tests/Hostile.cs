using System.Globalization;

namespace ProxSharp.Backup.Formats.Tests;

/// <summary>Gives readers input that is cut off or changed, and sees that they complain in one way only and do not waste memory.</summary>
internal static class Hostile
{
    private const int EveryByteBelow = 8192;
    private const int Samples = 257;

    /// <summary>How many changed inputs: 10 000, or what <c>PROXSHARP_FUZZ</c> says.</summary>
    public static int Rounds { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("PROXSHARP_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out int rounds) ? rounds : 10_000;

    /// <summary>Every beginning of an input must be refused.</summary>
    public static void Truncate(byte[] whole, Action<byte[]> read)
    {
        foreach (int length in Lengths(whole.Length))
        {
            ProxmoxProtocolException e = Assert.Throws<ProxmoxProtocolException>(() => read(whole[..length]));
            Assert.NotNull(e.Offset);
            Assert.InRange(e.Offset.Value, 0, whole.Length);
        }
    }

    /// <summary>Changed inputs are read or refused.</summary>
    /// <param name="seeds">Sound inputs.</param>
    /// <param name="read">Reads one.</param>
    /// <param name="repair">Makes checksums right again, which is done for half of the inputs.</param>
    /// <param name="mostMemory">What may be allocated for an input, by its length.</param>
    public static void Mutate(IReadOnlyList<byte[]> seeds, Action<byte[]> read, Action<byte[]> repair, Func<int, long> mostMemory)
    {
        Random random = new(20240501);
        read(seeds[0]);
        for (int i = 0; i < Rounds; i++)
        {
            byte[] input = Change(seeds[random.Next(seeds.Count)], random);
            if (random.Next(2) == 0)
            {
                repair(input);
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(input);
            }
            catch (ProxmoxProtocolException e)
            {
                Assert.NotNull(e.Offset);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= mostMemory(input.Length), $"{allocated} bytes for {input.Length} bytes of input: {Convert.ToHexString(input.AsSpan(0, Math.Min(128, input.Length)))}");
        }
    }

    private static byte[] Change(byte[] seed, Random random)
    {
        byte[] input = [.. seed];
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            int at = input.Length == 0 ? 0 : random.Next(random.Next(2) == 0 ? input.Length : Math.Min(input.Length, 128));
            switch (random.Next(6))
            {
                case 0 when input.Length > 0:
                    input[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when input.Length > 0:
                    input[at] = (byte)random.Next(256);
                    break;
                case 2:
                    input = input[..at];
                    break;
                case 3:
                    input = [.. input, .. input.AsSpan(at)];
                    break;
                case 4:
                    input.AsSpan(at, Math.Min(8, input.Length - at)).Fill(random.Next(2) == 0 ? (byte)0xFF : (byte)0);
                    break;
                default:
                    int length = Math.Min(random.Next(1, 64), input.Length - at);
                    input = [.. input.AsSpan(0, at), .. input.AsSpan(at + length)];
                    break;
            }
        }

        return input;
    }

    private static IEnumerable<int> Lengths(int whole) => whole <= EveryByteBelow
        ? Enumerable.Range(0, whole)
        : Enumerable.Range(0, 4200).Concat(Enumerable.Range(1, Samples).Select(i => (int)((long)whole * i / (Samples + 1)))).Append(whole - 1).Distinct();
}
