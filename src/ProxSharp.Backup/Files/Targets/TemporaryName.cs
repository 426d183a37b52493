using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using ProxSharp.Backup.Formats;
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

    private static readonly SearchValues<byte> s_digits = SearchValues.Create("0123456789abcdef"u8);

    private static ReadOnlySpan<byte> Prefix => ".proxsharp-"u8;

    private static ReadOnlySpan<byte> Suffix => ".tmp"u8;

    private static ReadOnlySpan<byte> PartSuffix => ".part"u8;

    private static ReadOnlySpan<byte> JournalPrefix => ".proxsharp-resume-"u8;

    /// <summary>A name that nothing has.</summary>
    internal static PxarName Create()
    {
        Span<byte> random = stackalloc byte[HalfSize];
        RandomNumberGenerator.Fill(random);
        return new($".proxsharp-{Convert.ToHexStringLower(random)}{Convert.ToHexStringLower(Check(random))}.tmp");
    }

    /// <summary>
    /// The name of the part of an entry that is to replace another one, which stays when that is broken off. It is always the same for an archive, so that it
    /// is found again, and another one for every other archive, so that nobody takes it for his own.
    /// </summary>
    /// <param name="name">The name of the entry.</param>
    /// <param name="archive">The checksum of the index of the archive; nothing for an archive without an index.</param>
    internal static PxarName OfPart(PxarName name, Sha256Digest archive = default)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Size];
        archive.CopyTo(digest);
        return new($".proxsharp-{Convert.ToHexStringLower(SHA256.HashData([.. Prefix, .. "part"u8, .. digest, .. name.Span])[..(2 * HalfSize)])}.part");
    }

    /// <summary>The name of the file that notes what a restore which is broken off has not written to any other.</summary>
    /// <param name="archive">The checksum of the index of the archive.</param>
    internal static PxarName OfJournal(Sha256Digest archive) => new($".proxsharp-resume-{archive.ToString().AsSpan(0, 2 * HalfSize)}");

    /// <summary>Whether a name may be that of a part or a journal, which stay when a restore is broken off; of which restore it does not tell.</summary>
    internal static bool IsKept(PxarName name)
    {
        ReadOnlySpan<byte> bytes = name.Span;
        return IsJournal(bytes)
            || (bytes.StartsWith(Prefix) && bytes.EndsWith(PartSuffix) && IsDigits(bytes[Prefix.Length..^PartSuffix.Length], 4 * HalfSize));
    }

    /// <summary>Whether a name may be that of a journal.</summary>
    internal static bool IsJournal(ReadOnlySpan<byte> name) => name.StartsWith(JournalPrefix) && IsDigits(name[JournalPrefix.Length..], 2 * HalfSize);

    /// <summary>Whether a name was made here and was for one time.</summary>
    internal static bool IsOurs(PxarName name)
    {
        ReadOnlySpan<byte> bytes = name.Span;
        if (bytes.Length != NameLength || !bytes.StartsWith(Prefix) || !bytes.EndsWith(Suffix))
            return false;
        string digits = Encoding.Latin1.GetString(bytes[Prefix.Length..^Suffix.Length]);
        Span<byte> random = stackalloc byte[HalfSize];
        return Convert.FromHexString(digits.AsSpan(0, 2 * HalfSize), random, out _, out _) == OperationStatus.Done
            && digits == Convert.ToHexStringLower(random) + Convert.ToHexStringLower(Check(random));
    }

    private static bool IsDigits(ReadOnlySpan<byte> text, int count) => text.Length == count && !text.ContainsAnyExcept(s_digits);

    private static byte[] Check(ReadOnlySpan<byte> random) => SHA256.HashData([.. Prefix, .. random])[..HalfSize];
}
