using System.Text.Json;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Tests.Reading;

/// <summary>Datastores that the official server wrote; Vectors/README.md of the format tests says how.</summary>
internal static class GoldenStore
{
    private static readonly Lazy<Dictionary<string, (long Size, string? Hash)>> s_contents = new(ReadContents);

    public static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "Vectors");

    public static LocalDatastore Plain { get; } = new(Path.Combine(Root, "datastore"));

    public static LocalDatastore Split { get; } = new(Path.Combine(Root, "split", "datastore"));

    /// <summary>All snapshots of both stores: store, namespace, snapshot.</summary>
    public static IEnumerable<(string Store, string Folder, string Snapshot)> Snapshots()
    {
        foreach ((string name, LocalDatastore store) in new[] { ("plain", Plain), ("split", Split) })
        {
            foreach (BackupNamespace folder in store.ListNamespaces())
            {
                foreach (BackupSnapshotPath snapshot in store.ListSnapshots(folder))
                    yield return (name, folder.ToString(), snapshot.ToString());
            }
        }
    }

    /// <summary>Length and SHA-256 of the decoded content of a file.</summary>
    public static (long Size, string? Hash) Content(string snapshot, string storedName) => s_contents.Value[$"{snapshot}/{storedName}"];

    public static LocalDatastore Find(string store) => store == "plain" ? Plain : Split;

    public static CryptConfig? Key(string snapshot)
    {
        string? name = snapshot switch
        {
            _ when snapshot.Contains("golden-scrypt", StringComparison.Ordinal) => "key-scrypt",
            _ when snapshot is "host/split-small/2024-03-09T20:00:00Z" => "key-none",
            _ when snapshot.StartsWith("host/split-enc/", StringComparison.Ordinal) && !snapshot.EndsWith("T19:00:00Z", StringComparison.Ordinal) => "key-none",
            _ when snapshot.Contains("golden-enc", StringComparison.Ordinal)
                || snapshot.Contains("golden-sign", StringComparison.Ordinal)
                || snapshot.Contains("golden-master", StringComparison.Ordinal) => "key-none",
            _ => null,
        };
        return name is null ? null : NamedKey(name);
    }

    public static CryptConfig NamedKey(string name) =>
        new(Convert.FromHexString(ReadJson($"keys/{name}.derived.json").GetProperty("enc_key_hex").GetString()!));

    public static Task<SnapshotReader> OpenAsync(string snapshot, string store = "plain", string folder = "", SnapshotOpenOptions? options = null) =>
        Find(store).OpenSnapshotAsync(
            BackupSnapshotPath.Parse(snapshot),
            (options ?? SnapshotOpenOptions.Default) with { Key = options?.Key ?? Key(snapshot), Namespace = BackupNamespace.Parse(folder) },
            TestContext.Current.CancellationToken);

    public static byte[] Read(string path) => File.ReadAllBytes(Path.Combine(Root, path));

    public static JsonElement ReadJson(string path)
    {
        using JsonDocument document = JsonDocument.Parse(Read(path));
        return document.RootElement.Clone();
    }

    private static Dictionary<string, (long Size, string? Hash)> ReadContents()
    {
        Dictionary<string, (long, string?)> contents = [];
        foreach (JsonElement file in ReadJson("contents.json").EnumerateArray())
        {
            string? hash = file.TryGetProperty("sha256_of_content", out JsonElement value) ? value.GetString() : null;
            contents[$"{file.GetProperty("snapshot").GetString()}/{file.GetProperty("file").GetString()}"] = (file.GetProperty("size").GetInt64(), hash);
        }

        foreach (JsonProperty file in ReadJson("split/contents.json").EnumerateObject())
            contents[file.Name] = (file.Value.GetProperty("size").GetInt64(), file.Value.GetProperty("sha256").GetString());
        return contents;
    }
}
