using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Manifests;

namespace ProxSharp.Backup.Runs;

/// <summary>
/// Marks in the manifest the files that the next backup must read again, whatever their size and times are by then: archives have no place for it. The marks are
/// a hint that no signature covers; without them, a file is compared by its metadata as the official client does. They are digests, so that an encrypted backup
/// gives no names away.
/// </summary>
internal sealed class RereadMarks(CryptConfig? crypt)
{
    private const string Member = "reread";
    private const int MarkLength = 16;

    private readonly SortedDictionary<string, IReadOnlyList<string>?> _files = new(StringComparer.Ordinal);

    /// <summary>Adds the files of an archive.</summary>
    /// <param name="archive">The stored name of the metadata archive.</param>
    /// <param name="paths">Their paths; null for all.</param>
    public void Add(string archive, IReadOnlyList<string>? paths)
    {
        if (paths is not { Count: 0 })
        {
            _files.Add(archive, paths);
        }
    }

    /// <summary>Returns the manifest with the marks, and the same one if there are none.</summary>
    public BackupManifest AddTo(BackupManifest manifest)
    {
        if (_files.Count == 0)
        {
            return manifest;
        }

        ArrayBufferWriter<byte> json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            Write(writer);
        }

        using JsonDocument document = JsonDocument.Parse(json.WrittenMemory);
        return manifest.WithUnprotected(Member, document.RootElement.Clone());
    }

    /// <summary>Reads the marks of an archive. What is not understood stands for all files: to read too much does no harm.</summary>
    /// <returns>Whether a path is marked; null if none is.</returns>
    public static Predicate<string>? Find(BackupManifest manifest, string archive, CryptConfig? crypt)
    {
        if (!manifest.Unprotected.TryGetValue(Member, out JsonElement member))
        {
            return null;
        }

        if (member.ValueKind == JsonValueKind.Object && !member.TryGetProperty(archive, out member))
        {
            return null;
        }

        if (member.ValueKind != JsonValueKind.Array || member.EnumerateArray().Any(static mark => mark.ValueKind != JsonValueKind.String))
        {
            return static _ => true;
        }

        HashSet<string> marks = [.. member.EnumerateArray().Select(static mark => mark.GetString()!)];
        return path => marks.Contains(Mark(path, crypt));
    }

    private static string Mark(string path, CryptConfig? crypt)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(path);
        string digest = crypt is null ? Convert.ToHexStringLower(SHA256.HashData(bytes)) : crypt.ComputeDigest(bytes).ToString();
        return digest[..MarkLength];
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach ((string archive, IReadOnlyList<string>? paths) in _files)
        {
            if (paths is null)
            {
                writer.WriteBoolean(archive, true);
                continue;
            }

            writer.WriteStartArray(archive);
            foreach (string path in paths)
            {
                writer.WriteStringValue(Mark(path, crypt));
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
