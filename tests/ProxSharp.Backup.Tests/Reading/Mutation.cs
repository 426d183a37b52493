namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Changes bytes at random, in the ways that break readers.</summary>
internal static class Mutation
{
    /// <summary>A changed copy.</summary>
    public static byte[] Of(byte[] original, Random random)
    {
        byte[] bytes = [.. original];
        for (int changes = random.Next(1, 4); changes > 0 && bytes.Length > 0; changes--)
        {
            int at = random.Next(bytes.Length);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.AsSpan(at, Math.Min(8, bytes.Length - at)).Fill((byte)(random.Next(2) * 255));
                    break;
                case 3:
                    bytes = bytes[..at];
                    break;
                case 4:
                    bytes = [.. bytes, .. bytes.AsSpan(at)];
                    break;
                case 5:
                    // A name that leads somewhere else.
                    "/../"u8[..Math.Min(4, bytes.Length - at)].CopyTo(bytes.AsSpan(at));
                    break;
                default:
                    int from = random.Next(bytes.Length);
                    int length = Math.Min(random.Next(64), bytes.Length - Math.Max(at, from));
                    bytes.AsSpan(from, length).ToArray().CopyTo(bytes, at);
                    break;
            }
        }

        return bytes;
    }
}
