using System.Diagnostics.CodeAnalysis;

namespace ProxSharp.Cli.Contexts;

/// <summary>The SHA-256 fingerprint of a certificate, written as the servers show it.</summary>
internal static class Fingerprint
{
    /// <summary>Reads 64 hexadecimal digits with or without colons and returns <c>AA:BB:...</c>.</summary>
    public static bool TryNormalize(string text, [NotNullWhen(true)] out string? fingerprint)
    {
        string digits = text.Trim().Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        fingerprint = digits.Length == 64 && digits.All(char.IsAsciiHexDigit)
            ? string.Join(':', digits.Chunk(2).Select(static pair => new string(pair)))
            : null;
        return fingerprint is not null;
    }
}
