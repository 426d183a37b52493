using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ProxSharp.Bench;

/// <summary>Data to back up: pieces of 64 KiB, random ones and text in turn.</summary>
internal static class BenchData
{
    private const int Piece = 64 << 10;

    public static void Write(string path, long bytes)
    {
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        byte[] random = new byte[Piece];
        Random words = new(7);
        for (long written = 0; written < bytes; written += 2 * Piece)
        {
            RandomNumberGenerator.Fill(random);
            file.Write(random);
            file.Write(Text(words));
        }
    }

    private static byte[] Text(Random random)
    {
        StringBuilder text = new(Piece + 64);
        while (text.Length < Piece)
        {
            text.Append(CultureInfo.InvariantCulture, $"{random.Next(1 << 20)} node{random.Next(40)} kernel: device vmbr{random.Next(9)} entered state {random.Next(7)}\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, Piece));
    }
}
