using System.Buffers;
using System.Security.Cryptography;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Tests.Backups;

/// <summary>The directory of a datastore whose archives hold any bytes, with digests that are right.</summary>
internal static class MadeStore
{
    /// <summary>Writes a snapshot.</summary>
    /// <param name="folder">The directory of the datastore.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="archives">What it holds, by stored names that end in <c>.didx</c>.</param>
    public static void Write(string folder, string snapshot, params IEnumerable<(string Name, byte[] Content)> archives)
    {
        BackupSnapshotPath path = BackupSnapshotPath.Parse(snapshot);
        string place = Directory.CreateDirectory(Path.Combine(folder, snapshot)).FullName;
        ChunkStoreDirectory chunks = new(folder);
        List<ManifestFile> files = [];
        foreach ((string name, byte[] content) in archives)
        {
            Sha256Digest digest = new(SHA256.HashData(content));
            string chunk = chunks.GetPath(digest);
            Directory.CreateDirectory(Path.GetDirectoryName(chunk)!);
            File.WriteAllBytes(chunk, Encode(content));
            using DynamicIndexBuilder builder = new();
            builder.Add(content.Length, digest);
            DynamicIndex index = builder.Build(Guid.Empty, DateTimeOffset.UnixEpoch);
            File.WriteAllBytes(Path.Combine(place, name), index.ToArray());
            files.Add(new ManifestFile(name, CryptMode.None, content.Length, index.Checksum));
        }

        File.WriteAllBytes(Path.Combine(place, ArchiveName.Manifest), Encode(BackupManifest.Create(path, files).ToJson()));
    }

    private static byte[] Encode(ReadOnlySpan<byte> content)
    {
        using DataBlobEncoder encoder = new();
        ArrayBufferWriter<byte> blob = new(content.Length + 64);
        encoder.Encode(content, blob);
        return blob.WrittenSpan.ToArray();
    }
}
