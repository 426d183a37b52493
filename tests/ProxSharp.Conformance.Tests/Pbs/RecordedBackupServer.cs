using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Conformance.Tests.Pbs;

/// <summary>The backup server that the recordings were made on.</summary>
internal static class RecordedBackupServer
{
    public const string TokenSecret = "8fa8f8ea-1259-4498-b302-0308f13f7c81";
    public const string OtherTokenSecret = "7ee7745d-fae2-4818-82ab-f7723408268a";

    private const string Manifest = "index.json.blob";
    private const string First = "host/golden/2023-11-14T221320Z";
    private const string Second = "host/golden/2023-11-14T231320Z";
    private const string Small = "ct/101/2023-11-14T221320Z";

    private static readonly string s_golden = Path.Combine(AppContext.BaseDirectory, "Recordings", "pbs", "datastore");

    // The secret of the authenticator that the simulated user has.
    public static readonly byte[] TotpSecret = [0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x21, 0xDE, 0xAD, 0xBE, 0xEF];
    public const string TotpText = "JBSWY3DPEHPK3PXP";

    /// <summary>Who logs in: the name in the steps, the user, the password.</summary>
    public static readonly IReadOnlyList<(string Name, string User, string Password)> Logins = [("admin", "admin@pbs", "admin-secret"), ("golden", "golden@pbs", "golden-secret")];

    // The datastore was recorded when it held these; some are copies of others with other names.
    private static readonly (string Source, string Target)[] s_snapshots =
    [
        ("ct/101/2023-11-14T221320Z", "ct/101/2023-11-14T221320Z"),
        ("vm/100/2023-11-14T221320Z", "vm/100/2023-11-14T221320Z"),
        ("ns/sub/ns/ns1/host/in-ns/2023-11-14T221320Z", "ns/sub/ns/ns1/host/in-ns/2023-11-14T221320Z"),
        ("host/golden/2023-11-14T221320Z", "host/golden/2023-11-14T221320Z"),
        ("host/golden/2023-11-14T231320Z", "host/golden/2023-11-14T231320Z"),
        ("host/golden-empty/2023-11-14T221320Z", "host/golden-empty/2023-11-14T221320Z"),
        ("host/golden-enc/2023-11-14T221320Z", "host/golden-enc/2023-11-14T221320Z"),
        ("host/golden-enc/2023-11-14T231320Z", "host/golden-enc/2023-11-14T231320Z"),
        ("host/golden-master/2023-11-14T221320Z", "host/golden-master/2023-11-14T221320Z"),
        ("host/golden-scrypt/2023-11-14T221320Z", "host/golden-scrypt/2023-11-14T221320Z"),
        ("host/golden-sign/2023-11-14T221320Z", "host/golden-sign/2023-11-14T221320Z"),
        ("host/golden/2023-11-14T221320Z", "host/captured/2023-11-15T010000Z"),
        ("host/golden-master/2023-11-14T221320Z", "host/cap2/2023-11-15T010000Z"),
    ];

    /// <summary>Makes the datastore of the recordings out of the golden one.</summary>
    public static void MakeDatastore(string folder)
    {
        foreach ((string source, string target) in s_snapshots)
        {
            string place = Path.Combine(folder, target);
            Directory.CreateDirectory(place);
            foreach (string file in Directory.EnumerateFiles(Path.Combine(s_golden, source)).Where(file => !(target.Contains("cap2", StringComparison.Ordinal) && file.EndsWith("key.blob", StringComparison.Ordinal))))
            {
                File.Copy(file, Path.Combine(place, Path.GetFileName(file)));
            }

            File.WriteAllText(Path.Combine(Path.GetDirectoryName(place)!, "owner"), "golden@pbs!tok\n");
        }

        string encrypted = Path.Combine(folder, "host/cap2/2023-11-15T010000Z", Manifest);
        JsonNode manifest = ReadManifest(encrypted);
        Files(manifest).Remove(Files(manifest).First(static entry => entry!["filename"]!.GetValue<string>() == "rsa-encrypted.key.blob"));
        WriteManifest(encrypted, manifest);

        Directory.CreateDirectory(Path.Combine(folder, "host", "benchmark"));
        File.WriteAllText(Path.Combine(folder, "host", "benchmark", "owner"), "golden@pbs!tok\n");
        Compose(folder, "host/cap1/2023-11-15T010000Z", (Small, "root.pxar.didx"), (First, "disk.img.fidx"), (First, "qemu-server.conf.blob"), (Small, "catalog.pcat1.didx"));
        Compose(folder, "host/cap1/2023-11-15T034640Z", (Small, "root.pxar.didx"), (Second, "disk.img.fidx"), (Second, "qemu-server.conf.blob"), (Small, "catalog.pcat1.didx"));
        CopyChunks(folder);
    }

    private static void CopyChunks(string folder)
    {
        foreach (string chunk in Directory.EnumerateFiles(Path.Combine(s_golden, ".chunks"), "*", SearchOption.AllDirectories))
        {
            string place = Path.Combine(folder, ".chunks", Path.GetFileName(chunk)[..4]);
            Directory.CreateDirectory(place);
            File.Copy(chunk, Path.Combine(place, Path.GetFileName(chunk)));
        }
    }

    private static JsonNode ReadManifest(string file)
    {
        using DataBlobDecoder decoder = new();
        ArrayBufferWriter<byte> json = new();
        decoder.Decode(File.ReadAllBytes(file), json);
        return JsonNode.Parse(json.WrittenSpan)!;
    }

    private static JsonArray Files(JsonNode manifest) => manifest["files"]!.AsArray();

    private static void WriteManifest(string file, JsonNode manifest)
    {
        using DataBlobEncoder encoder = new();
        ArrayBufferWriter<byte> blob = new();
        encoder.Encode(Encoding.UTF8.GetBytes(manifest.ToJsonString()), blob);
        File.WriteAllBytes(file, blob.WrittenSpan);
    }

    /// <summary>Makes the snapshot that the recorded restores read.</summary>
    public static void MakeRestoredSnapshot(string folder)
    {
        Compose(folder, "host/cap5/2023-11-15T010000Z", ("host/golden/2023-11-15T011320Z", "root.pxar.didx"), (First, "disk.img.fidx"), ("host/golden/2023-11-15T011320Z", "catalog.pcat1.didx"));
        CopyChunks(folder);
    }

    // What a run stored that no golden snapshot holds as a whole: files of several, in the order in which they came.
    private static void Compose(string folder, string target, params (string Source, string Name)[] files)
    {
        string place = Directory.CreateDirectory(Path.Combine(folder, target)).FullName;
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(place)!, "owner"), "golden@pbs!tok\n");
        foreach ((string source, string name) in files)
        {
            File.Copy(Path.Combine(s_golden, source, name), Path.Combine(place, name));
        }

        JsonNode manifest = ReadManifest(Path.Combine(s_golden, files[0].Source, Manifest));
        manifest["files"] = new JsonArray([.. files.Select(static file => Files(ReadManifest(Path.Combine(s_golden, file.Source, Manifest)))
            .First(entry => entry!["filename"]!.GetValue<string>() == file.Name)!.DeepClone())]);
        WriteManifest(Path.Combine(place, Manifest), manifest);
    }

    public static void Build(BackupServerBuilder server, string folder) => Build(server, folder, Path.Combine(folder, "..", "empty"));

    /// <summary>Builds the server.</summary>
    /// <param name="server">The builder.</param>
    /// <param name="folder">What the datastore "golden" holds.</param>
    /// <param name="other">What the datastore "test" holds.</param>
    public static void Build(BackupServerBuilder server, string folder, string other) => server
        .Named("vm")
        .AddDatastoreCopy("golden", folder, "/srv/pbs/store/golden")
        .AddDatastoreCopy("bench", Directory.CreateDirectory(Path.Combine(folder, "..", "empty")).FullName, "/srv/pbs/store/bench")
        .AddDatastoreCopy("test", other, "/srv/pbs/store/test")
        .AddUser("root@pam", "root-secret", "Superuser")
        .AddUser("nobody@pbs", "nobody-secret").AddToken("nobody@pbs", "tok", OtherTokenSecret)
        .AddUser("admin@pbs", "admin-secret")
        .AddUser("golden@pbs", "golden-secret", "golden user").AddToken("golden@pbs", "tok", TokenSecret)
        .Grant("/", "admin@pbs", "Admin")
        .Grant("/datastore/bench", "golden@pbs!tok", "DatastoreAdmin").Grant("/datastore/bench", "golden@pbs", "DatastoreAdmin")
        .Grant("/datastore/golden", "golden@pbs", "DatastoreAdmin").Grant("/datastore/golden", "golden@pbs!tok", "DatastoreAdmin")
        .Grant("/datastore/test", "golden@pbs!tok", "DatastoreAdmin").Grant("/datastore/test", "golden@pbs", "DatastoreAdmin");
}
