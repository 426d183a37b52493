using System.Text.Json;

namespace ProxSharp.Backup.Formats.Manifests;

/// <summary>A file of a snapshot, as its manifest lists it (spec 5.6).</summary>
/// <param name="FileName">The stored name, for example <c>root.pxar.didx</c>.</param>
/// <param name="CryptMode">What a key was used for.</param>
/// <param name="Size">The length in bytes: of the archive for an index, of the encoded blob for a blob.</param>
/// <param name="Checksum">The checksum in the index, or the SHA-256 of the encoded blob.</param>
public sealed record ManifestFile(string FileName, CryptMode CryptMode, long Size, Sha256Digest Checksum)
{
    /// <summary>Members that this library does not know; they are signed with the rest.</summary>
    internal IReadOnlyDictionary<string, JsonElement> Extra { get; init; } = new Dictionary<string, JsonElement>();
}
