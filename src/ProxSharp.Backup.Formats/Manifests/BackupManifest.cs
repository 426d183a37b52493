using System.Security.Cryptography;
using System.Text.Json;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Json;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Formats.Manifests;

/// <summary>The list of a snapshot's files: the content of <c>index.json.blob</c> (spec 5.6).</summary>
/// <example>
/// <code>
/// BackupManifest manifest = BackupManifest.Create(snapshot, files).Sign(key);
/// encoder.Encode(manifest.ToJson(), output); // compressed, never encrypted
/// </code>
/// </example>
public sealed class BackupManifest
{
    /// <summary>The longest manifest that is read: 4 MiB, enough for more than ten thousand files.</summary>
    internal const int MaxLength = 4 << 20;

    private static readonly Dictionary<string, JsonElement> s_nothing = [];

    internal BackupManifest(BackupSnapshotPath snapshot, IReadOnlyList<ManifestFile> files) => (Snapshot, Files) = (snapshot, files);

    /// <summary>The snapshot.</summary>
    public BackupSnapshotPath Snapshot { get; }

    /// <summary>Its files, in the order in which they were made. The manifest itself and the client's log are not among them.</summary>
    public IReadOnlyList<ManifestFile> Files { get; }

    /// <summary>The signature; null if no key was used.</summary>
    public Sha256Digest? Signature { get; internal init; }

    /// <summary>What the signature does not cover: members that servers add and change. Unknown ones are kept.</summary>
    public IReadOnlyDictionary<string, JsonElement> Unprotected { get; internal init; } = s_nothing;

    /// <summary>The key that the backup was made with; null if none was used.</summary>
    public KeyFingerprint? KeyFingerprint { get; internal init; }

    /// <summary>
    /// Whether anything says that a key was used: a fingerprint, or a file that is encrypted or signed. Such a manifest was signed when it was made, so one
    /// without a signature was changed.
    /// </summary>
    public bool NamesKey => KeyFingerprint is not null || Files.Any(static file => file.CryptMode != CryptMode.None);

    /// <summary>What the server counted during the backup; null if it did not say.</summary>
    public ChunkUploadStatistics? ChunkUploadStatistics => ManifestReader.ReadStatistics(Unprotected);

    /// <summary>What somebody noted about the snapshot; null if there is nothing.</summary>
    public string? Notes => Unprotected.TryGetValue("notes", out JsonElement notes) && notes.ValueKind == JsonValueKind.String ? notes.GetString() : null;

    /// <summary>Members that this library does not know; they are signed with the rest.</summary>
    internal IReadOnlyDictionary<string, JsonElement> Extra { get; init; } = s_nothing;

    /// <summary>Makes a manifest without a signature.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="files">Its files.</param>
    /// <exception cref="FormatException">A file has a name that servers do not store.</exception>
    /// <exception cref="ArgumentException">Two files have the same name, or a size is negative.</exception>
    public static BackupManifest Create(BackupSnapshotPath snapshot, IEnumerable<ManifestFile> files)
    {
        ManifestFile[] list = [.. files];
        HashSet<string> names = [];
        foreach (ManifestFile file in list)
        {
            if (!ArchiveName.IsStored(file.FileName))
            {
                throw FormatText.Malformed(file.FileName, "file name of a snapshot", "expected one that ends in .didx, .fidx or .blob");
            }

            ArgumentOutOfRangeException.ThrowIfNegative(file.Size, nameof(files));
            if (!names.Add(file.FileName))
            {
                throw new ArgumentException($"There are two files named {file.FileName}.", nameof(files));
            }
        }

        return new BackupManifest(snapshot, list);
    }

    /// <summary>Reads a manifest.</summary>
    /// <param name="json">The content of the blob, in UTF-8.</param>
    /// <exception cref="ProxmoxProtocolException">The bytes are no manifest.</exception>
    public static BackupManifest Parse(ReadOnlySpan<byte> json) => ManifestReader.Read(json);

    /// <summary>Finds a file by its stored name.</summary>
    /// <returns>Null if there is none.</returns>
    public ManifestFile? FindFile(string fileName) => Files.FirstOrDefault(file => file.FileName == fileName);

    /// <summary>Returns the manifest with the signature of a key, and with its fingerprint.</summary>
    public BackupManifest Sign(CryptConfig key) => new(Snapshot, Files)
    {
        Extra = Extra,
        Unprotected = Unprotected,
        KeyFingerprint = key.Fingerprint,
        Signature = key.ComputeSignature(ToCanonicalJson()),
    };

    /// <summary>Returns the manifest with one more member that the signature does not cover; servers keep what they do not know.</summary>
    internal BackupManifest WithUnprotected(string name, JsonElement value) => new(Snapshot, Files)
    {
        Extra = Extra,
        Unprotected = new Dictionary<string, JsonElement>(Unprotected) { [name] = value },
        KeyFingerprint = KeyFingerprint,
        Signature = Signature,
    };

    /// <summary>Checks the signature.</summary>
    /// <param name="key">The key that the backup should have been made with; null if there is none.</param>
    public ManifestSignature CheckSignature(CryptConfig? key)
    {
        if (key is null)
        {
            return KeyFingerprint is null ? ManifestSignature.Unsigned : ManifestSignature.MissingKey;
        }

        if (Signature is not { } signature)
        {
            return ManifestSignature.Unsigned;
        }

        if (KeyFingerprint is { } fingerprint && fingerprint != key.Fingerprint)
        {
            return ManifestSignature.OtherKey;
        }

        byte[] computed = key.ComputeSignature(ToCanonicalJson()).ToArray();
        return CryptographicOperations.FixedTimeEquals(computed, signature.ToArray()) ? ManifestSignature.Valid : ManifestSignature.Invalid;
    }

    /// <summary>The bytes that a signature covers: canonical JSON without <c>signature</c> and <c>unprotected</c>.</summary>
    /// <exception cref="ProxmoxProtocolException">The manifest holds a null, which cannot be signed.</exception>
    public byte[] ToCanonicalJson() => SerdeJson.WriteCanonical(ManifestWriter.Signed(this));

    /// <summary>The manifest as the official programs write it: indented, members sorted.</summary>
    public byte[] ToJson() => SerdeJson.WritePretty(ManifestWriter.Complete(this));
}
