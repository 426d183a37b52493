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
        ("host/golden/2023-11-14T221320Z", "host/cap1/2023-11-15T010000Z"),
        ("host/golden/2023-11-14T231320Z", "host/cap1/2023-11-15T034640Z"),
        ("host/golden/2023-11-14T221320Z", "host/captured/2023-11-15T010000Z"),
        ("host/golden-master/2023-11-14T221320Z", "host/cap2/2023-11-15T010000Z"),
    ];

    /// <summary>Makes the datastore of the recordings out of the golden one.</summary>
    public static void MakeDatastore(string folder)
    {
        string golden = Path.Combine(AppContext.BaseDirectory, "Recordings", "pbs", "datastore");
        foreach ((string source, string target) in s_snapshots)
        {
            string place = Path.Combine(folder, target);
            Directory.CreateDirectory(place);
            foreach (string file in Directory.EnumerateFiles(Path.Combine(golden, source)).Where(file => !(target.Contains("cap2", StringComparison.Ordinal) && file.EndsWith("key.blob", StringComparison.Ordinal))))
            {
                File.Copy(file, Path.Combine(place, Path.GetFileName(file)));
            }

            File.WriteAllText(Path.Combine(Path.GetDirectoryName(place)!, "owner"), "golden@pbs!tok\n");
        }

        Forget(Path.Combine(folder, "host/cap2/2023-11-15T010000Z", "index.json.blob"), "rsa-encrypted.key.blob");

        Directory.CreateDirectory(Path.Combine(folder, "host", "benchmark"));
        File.WriteAllText(Path.Combine(folder, "host", "benchmark", "owner"), "golden@pbs!tok\n");
        foreach (string chunk in Directory.EnumerateFiles(Path.Combine(golden, ".chunks"), "*", SearchOption.AllDirectories))
        {
            string place = Path.Combine(folder, ".chunks", Path.GetFileName(chunk)[..4]);
            Directory.CreateDirectory(place);
            File.Copy(chunk, Path.Combine(place, Path.GetFileName(chunk)));
        }
    }

    /// <summary>Takes a file out of a manifest.</summary>
    private static void Forget(string manifest, string file)
    {
        using DataBlobDecoder decoder = new();
        using DataBlobEncoder encoder = new();
        ArrayBufferWriter<byte> json = new();
        decoder.Decode(File.ReadAllBytes(manifest), json);
        JsonNode content = JsonNode.Parse(json.WrittenSpan)!;
        JsonArray files = content["files"]!.AsArray();
        files.Remove(files.First(entry => entry!["filename"]!.GetValue<string>() == file));
        ArrayBufferWriter<byte> blob = new();
        encoder.Encode(Encoding.UTF8.GetBytes(content.ToJsonString()), blob);
        File.WriteAllBytes(manifest, blob.WrittenSpan);
    }

    public static void Build(BackupServerBuilder server, string folder) => server
        .Named("vm")
        .AddDatastoreCopy("golden", folder, "/srv/pbs/store/golden")
        .AddDatastoreCopy("bench", Directory.CreateDirectory(Path.Combine(folder, "..", "empty")).FullName, "/srv/pbs/store/bench")
        .AddDatastoreCopy("test", Path.Combine(folder, "..", "empty"), "/srv/pbs/store/test")
        .AddUser("root@pam", "root-secret", "Superuser")
        .AddUser("nobody@pbs", "nobody-secret").AddToken("nobody@pbs", "tok", OtherTokenSecret)
        .AddUser("admin@pbs", "admin-secret")
        .AddUser("golden@pbs", "golden-secret", "golden user").AddToken("golden@pbs", "tok", TokenSecret)
        .Grant("/", "admin@pbs", "Admin")
        .Grant("/datastore/bench", "golden@pbs!tok", "DatastoreAdmin").Grant("/datastore/bench", "golden@pbs", "DatastoreAdmin")
        .Grant("/datastore/golden", "golden@pbs", "DatastoreAdmin").Grant("/datastore/golden", "golden@pbs!tok", "DatastoreAdmin")
        .Grant("/datastore/test", "golden@pbs!tok", "DatastoreAdmin").Grant("/datastore/test", "golden@pbs", "DatastoreAdmin");
}
