using System.Text.Json;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Json;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Formats.Manifests;

/// <summary>Reads manifests that may be anything.</summary>
internal static class ManifestReader
{
    private const string What = "manifest";
    private static readonly string[] s_known = ["backup-type", "backup-id", "backup-time", "files", "signature", "unprotected"];
    private static readonly string[] s_knownOfFile = ["filename", "crypt-mode", "size", "csum"];

    public static BackupManifest Read(ReadOnlySpan<byte> json)
    {
        JsonElement root = JsonInput.ReadObject(json, What);
        IReadOnlyDictionary<string, JsonElement> unprotected = ReadUnprotected(root);
        string? signature = JsonInput.OptionalString(root, "signature", What);
        return new BackupManifest(ReadSnapshot(root), ReadFiles(root))
        {
            Signature = signature is null ? null : ReadDigest(signature, "signature"),
            Unprotected = unprotected,
            KeyFingerprint = ReadFingerprint(unprotected),
            Extra = ReadExtra(root, s_known),
        };
    }

    public static ChunkUploadStatistics? ReadStatistics(IReadOnlyDictionary<string, JsonElement> unprotected)
    {
        if (!unprotected.TryGetValue("chunk_upload_stats", out JsonElement stats) || stats.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return new ChunkUploadStatistics(Number(stats, "count"), Number(stats, "size"), Number(stats, "compressed_size"), Number(stats, "duplicates"));
    }

    private static BackupSnapshotPath ReadSnapshot(JsonElement root)
    {
        string group = $"{JsonInput.RequireString(root, "backup-type", What)}/{JsonInput.RequireString(root, "backup-id", What)}";
        long time = JsonInput.RequireNumber(root, "backup-time", What);
        if (!BackupGroupPath.TryParse(group, out BackupGroupPath path) || time < 1 || time > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            throw Malformed.At(0, FormattableString.Invariant($"The manifest is of '{group}' at {time} s, which is no snapshot."));
        }

        return new BackupSnapshotPath(path, DateTimeOffset.FromUnixTimeSeconds(time));
    }

    private static List<ManifestFile> ReadFiles(JsonElement root)
    {
        if (!JsonInput.TryGet(root, "files", out JsonElement files) || files.ValueKind != JsonValueKind.Array)
        {
            throw JsonInput.Missing("files", What);
        }

        List<ManifestFile> list = [];
        HashSet<string> names = [];
        foreach (JsonElement file in files.EnumerateArray())
        {
            ManifestFile read = ReadFile(file);
            list.Add(names.Add(read.FileName) ? read : throw Malformed.At(0, $"The manifest lists '{read.FileName}' twice."));
        }

        return list;
    }

    private static ManifestFile ReadFile(JsonElement file)
    {
        if (file.ValueKind != JsonValueKind.Object)
        {
            throw Malformed.At(0, "A file of the manifest is no object.");
        }

        string name = JsonInput.RequireString(file, "filename", What);
        long size = JsonInput.RequireNumber(file, "size", What);
        if (!ArchiveName.IsStored(name) || size < 0)
        {
            throw Malformed.At(0, FormattableString.Invariant($"The manifest lists '{name}' with {size} bytes, which is no file of a snapshot."));
        }

        Sha256Digest checksum = ReadDigest(JsonInput.RequireString(file, "csum", What), "csum");
        return new ManifestFile(name, ReadMode(file), size, checksum) { Extra = ReadExtra(file, s_knownOfFile) };
    }

    // Manifests of very old clients do not name it.
    private static CryptMode ReadMode(JsonElement file) => JsonInput.OptionalString(file, "crypt-mode", What) switch
    {
        null or "none" => CryptMode.None,
        "encrypt" => CryptMode.Encrypt,
        "sign-only" => CryptMode.SignOnly,
        { } other => throw Malformed.At(0, $"The manifest names an unknown crypt mode: '{other}'."),
    };

    private static IReadOnlyDictionary<string, JsonElement> ReadUnprotected(JsonElement root)
    {
        if (!JsonInput.TryGet(root, "unprotected", out JsonElement unprotected))
        {
            return new Dictionary<string, JsonElement>();
        }

        return unprotected.ValueKind == JsonValueKind.Object
            ? ReadExtra(unprotected, [])
            : throw Malformed.At(0, "'unprotected' of the manifest is no object.");
    }

    private static KeyFingerprint? ReadFingerprint(IReadOnlyDictionary<string, JsonElement> unprotected)
    {
        if (!unprotected.TryGetValue("key-fingerprint", out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String && KeyFingerprint.TryParse(value.GetString(), out KeyFingerprint fingerprint)
            ? fingerprint
            : throw Malformed.At(0, "'key-fingerprint' of the manifest is none.");
    }

    private static Dictionary<string, JsonElement> ReadExtra(JsonElement element, string[] known) =>
        element.EnumerateObject().Where(member => !known.Contains(member.Name)).ToDictionary(static member => member.Name, static member => member.Value);

    private static Sha256Digest ReadDigest(string text, string name) =>
        Sha256Digest.TryParse(text, out Sha256Digest digest) ? digest : throw Malformed.At(0, $"'{name}' of the manifest is no SHA-256 value.");

    private static long Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : 0;
}
