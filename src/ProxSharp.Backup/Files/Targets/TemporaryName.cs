using System.Security.Cryptography;
using System.Text;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Targets;

/// <summary>
/// The names of entries that are to replace others when they are complete. Half of the digits belong to the other half, so that a restore knows its own again,
/// and takes nothing else for one.
/// </summary>
internal static class TemporaryName
{
    private const int HalfSize = 8;
    private const int NameLength = 47;

    private static ReadOnlySpan<byte> Prefix => ".proxsharp-"u8;

    private static ReadOnlySpan<byte> Suffix => ".tmp"u8;

    /// <summary>A name that nothing has.</summary>
    internal static PxarName Create()
    {
        Span<byte> random = stackalloc byte[HalfSize];
        RandomNumberGenerator.Fill(random);
        return new($".proxsharp-{Convert.ToHexStringLower(random)}{Convert.ToHexStringLower(Check(random))}.tmp");
    }

    /// <summary>
    /// The name of the part of an entry that is to replace another one, which stays when that is broken off. It is always the same, so that it is found again,
    /// and nobody takes it for abandoned.
    /// </summary>
    internal static PxarName OfPart(PxarName name) =>
        new($".proxsharp-{Convert.ToHexStringLower(SHA256.HashData([.. Prefix, .. "part"u8, .. name.Span])[..(2 * HalfSize)])}.part");

    /// <summary>Whether a name was made here and was for one time.</summary>
    internal static bool IsOurs(PxarName name)
    {
        ReadOnlySpan<byte> bytes = name.Span;
        if (bytes.Length != NameLength || !bytes.StartsWith(Prefix) || !bytes.EndsWith(Suffix))
            return false;
        string digits = Encoding.Latin1.GetString(bytes[Prefix.Length..^Suffix.Length]);
        Span<byte> random = stackalloc byte[HalfSize];
        return Convert.FromHexString(digits.AsSpan(0, 2 * HalfSize), random, out _, out _) == System.Buffers.OperationStatus.Done
            && digits == Convert.ToHexStringLower(random) + Convert.ToHexStringLower(Check(random));
    }

    private static byte[] Check(ReadOnlySpan<byte> random) => SHA256.HashData([.. Prefix, .. random])[..HalfSize];
}
