using ProxSharp.Pve.Api;

namespace ProxSharp.Pve.Storages;

/// <summary>
/// The checksum that the server compares an arrived file with. It travels before the file, so it must be known, or be computed by reading the file once
/// before it is sent. A checksum that is only known at the end of the sending cannot reach the server, and the server tells none; the result of
/// an upload has it (<see cref="UploadedVolume.Sha256"/>).
/// </summary>
public sealed record UploadChecksum
{
    private UploadChecksum(ChecksumAlgorithm algorithm, string? value) => (Algorithm, Value) = (algorithm, value);

    /// <summary>The algorithm.</summary>
    public ChecksumAlgorithm Algorithm { get; }

    /// <summary>The checksum in lower-case hex; null if it is computed from the file before it is sent.</summary>
    public string? Value { get; }

    /// <summary>A checksum that is known, for example from the publisher of an image.</summary>
    /// <param name="algorithm">The algorithm.</param>
    /// <param name="value">The checksum in hex, in either case.</param>
    /// <exception cref="ArgumentException">The text is no checksum of this algorithm.</exception>
    public static UploadChecksum Known(ChecksumAlgorithm algorithm, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        string text = value.Trim().ToLowerInvariant();
        if (!text.All(char.IsAsciiHexDigit) || (Checksums.HexLength(algorithm) is { } length && text.Length != length))
        {
            throw new ArgumentException($"'{value}' is no {algorithm} checksum in hexadecimal digits.", nameof(value));
        }

        return new UploadChecksum(algorithm, text);
    }

    /// <summary>
    /// A checksum that is computed before sending. The source is read twice and must be able to seek. It tells whether the bytes changed between the two
    /// readings and on their way; whether the source was the right file, it cannot tell.
    /// </summary>
    /// <param name="algorithm">The algorithm; null for SHA-256.</param>
    /// <exception cref="ArgumentException">This library cannot compute the algorithm.</exception>
    public static UploadChecksum ComputeFirst(ChecksumAlgorithm? algorithm = null)
    {
        ChecksumAlgorithm chosen = algorithm ?? ChecksumAlgorithm.Sha256;
        return Checksums.CanCompute(chosen)
            ? new UploadChecksum(chosen, null)
            : throw new ArgumentException($"The algorithm {chosen} cannot be computed here: use sha256, or give a known checksum.", nameof(algorithm));
    }
}
