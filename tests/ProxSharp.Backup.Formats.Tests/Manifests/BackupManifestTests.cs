using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Formats.Tests.Manifests;

public sealed class BackupManifestTests
{
    public static TheoryData<string> Golden() => [.. GoldenFiles.Find("datastore", "index.json.blob")];

    [Theory]
    [MemberData(nameof(Golden))]
    public void Parse_Golden_WritesSameBytesAndSignature(string path)
    {
        byte[] json = Decode(path);
        BackupManifest manifest = BackupManifest.Parse(json);
        Assert.Equal(Encoding.UTF8.GetString(json), Encoding.UTF8.GetString(manifest.ToJson()));
        string[] parts = path.Split('/');
        Assert.Equal($"{parts[^4]}/{parts[^3]}/{parts[^2].Insert(13, ":").Insert(16, ":")}", manifest.Snapshot.ToString());

        using CryptConfig? key = GoldenFiles.FindKey(path) is { } bytes ? new CryptConfig(bytes) : null;
        Assert.Equal(key is null ? ManifestSignature.Unsigned : ManifestSignature.Valid, manifest.CheckSignature(key));
        Assert.Equal(key is null ? ManifestSignature.Unsigned : ManifestSignature.MissingKey, manifest.CheckSignature(null));
        if (key is not null)
        {
            BackupManifest again = BackupManifest.Create(manifest.Snapshot, manifest.Files).Sign(key);
            Assert.Equal((manifest.Signature, manifest.KeyFingerprint), (again.Signature, again.KeyFingerprint));
            string decoded = "decoded/" + string.Join('_', parts[1..^1]) + "/signed-canonical.json";
            Assert.Equal(GoldenFiles.ReadText(decoded), Encoding.UTF8.GetString(manifest.ToCanonicalJson()));
        }
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Files_Golden_SizesAndChecksumsOfTheFilesBeside(string path)
    {
        BackupManifest manifest = BackupManifest.Parse(Decode(path));
        Assert.NotEmpty(manifest.Files);
        foreach (ManifestFile file in manifest.Files)
        {
            byte[] bytes = GoldenFiles.Read($"{Path.GetDirectoryName(path)}/{file.FileName}");
            (long size, Sha256Digest checksum) = Path.GetExtension(file.FileName) switch
            {
                ".fidx" => (FixedIndex.Parse(bytes).Size, FixedIndex.Parse(bytes).Checksum),
                ".didx" => (DynamicIndex.Parse(bytes).Size, DynamicIndex.Parse(bytes).Checksum),
                _ => (bytes.Length, new Sha256Digest(SHA256.HashData(bytes))),
            };
            Assert.Equal((size, checksum), (file.Size, file.Checksum));
            Assert.Same(file, manifest.FindFile(file.FileName));
        }

        Assert.Null(manifest.FindFile("none.blob"));
        Assert.NotNull(manifest.ChunkUploadStatistics);
    }

    [Fact]
    public void Sign_KnownKeyAndFiles_KnownSignature()
    {
        byte[] raw = new byte[32];
        Scrypt.DeriveKey("test"u8, [], 65536, 8, 1, raw);
        using CryptConfig key = new(raw);
        BackupManifest manifest = BackupManifest.Create(new BackupSnapshotPath(BackupGroupPath.Parse("host/elsa", null), DateTimeOffset.FromUnixTimeSeconds(1_593_179_765)),
        [
            new ManifestFile("test1.img.fidx", CryptMode.Encrypt, 200, new Sha256Digest([.. Enumerable.Repeat((byte)1, 32)])),
            new ManifestFile("abc.blob", CryptMode.None, 200, new Sha256Digest([.. Enumerable.Repeat((byte)2, 32)])),
        ]).Sign(key);
        Assert.Equal("d7b446fb7db081662081d4b40fedd858a1d6307a5aff4ecff7d5bf4fd35679e9", manifest.Signature.ToString());
        Assert.Equal(ManifestSignature.Valid, BackupManifest.Parse(manifest.ToJson()).CheckSignature(key));
    }

    [Fact]
    public void CheckSignature_ChangedOrOtherKey_Told()
    {
        string json = Encoding.UTF8.GetString(Decode("datastore/host/golden-sign/2023-11-14T221320Z/index.json.blob"));
        using CryptConfig key = new(GoldenFiles.ReadKey("key-none"));
        using CryptConfig other = CryptConfig.CreateRandom();
        Assert.Equal(ManifestSignature.OtherKey, Parse(json).CheckSignature(other));
        Assert.Equal(ManifestSignature.Invalid, Parse(json.Replace("sign-only", "encrypt", StringComparison.Ordinal)).CheckSignature(key));
        Assert.Equal(ManifestSignature.Invalid, Parse(json.Replace("\"backup-id\"", "\"other\": 1, \"backup-id\"", StringComparison.Ordinal)).CheckSignature(key));
        Assert.Equal(ManifestSignature.Valid, Parse(json.Replace("\"unprotected\": {", "\"unprotected\": {\"notes\": \"n\",", StringComparison.Ordinal)).CheckSignature(key));
    }

    [Fact]
    public void Parse_UnknownMembers_KeptAndSigned()
    {
        const string Json = """{"backup-type":"vm","backup-id":"100","backup-time":1,"files":[{"filename":"a.blob","size":1,"csum":"0000000000000000000000000000000000000000000000000000000000000000","z":[1.5,true,{"b":"\u00e4\u001f/\u2028","a":null}]}],"new":{"y":2,"x":"\ud83d\ude00"},"unprotected":{"notes":"hi","verify_state":{"upid":"u","state":"ok"}}}""";
        BackupManifest manifest = Parse(Json);
        Assert.Equal("hi", manifest.Notes);
        string written = Encoding.UTF8.GetString(manifest.ToJson());
        Assert.Contains("\"verify_state\": {\n      \"state\": \"ok\",\n      \"upid\": \"u\"\n    }", written, StringComparison.Ordinal);
        Assert.Contains("\"new\": {\n    \"x\": \"\U0001F600\",\n    \"y\": 2\n  }", written, StringComparison.Ordinal);
        Assert.Contains("\"b\": \"ä\\u001f/\u2028\"", written, StringComparison.Ordinal);
        Assert.Equal(written, Encoding.UTF8.GetString(Parse(written).ToJson()));
        Assert.Throws<ProxmoxProtocolException>(() => manifest.ToCanonicalJson()); // Null cannot be signed.
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"backup-type\":\"host\",\"backup-id\":\"../x\",\"backup-time\":1,\"files\":[]}")]
    [InlineData("{\"backup-type\":\"tape\",\"backup-id\":\"x\",\"backup-time\":1,\"files\":[]}")]
    [InlineData("{\"backup-type\":\"host\",\"backup-id\":\"x\",\"backup-time\":0,\"files\":[]}")]
    [InlineData("{\"backup-type\":\"host\",\"backup-id\":\"x\",\"backup-time\":9223372036854775807,\"files\":[]}")]
    [InlineData("{\"backup-type\":\"host\",\"backup-id\":\"x\",\"backup-time\":1e400,\"files\":[]}")]
    [InlineData("{\"backup-type\":\"host\",\"backup-id\":\"x\",\"backup-time\":1,\"files\":{}}")]
    [InlineData("{\"backup-type\":\"host\",\"backup-id\":\"x\",\"backup-time\":1,\"files\":[1]}")]
    [InlineData("{\"backup-type\":\"host\",\"backup-id\":\"x\",\"backup-time\":1,\"files\":[],\"signature\":\"00\"}")]
    [InlineData("{\"backup-type\":\"host\",\"backup-id\":\"x\",\"backup-time\":1,\"files\":[],\"unprotected\":1}")]
    [InlineData("{\"backup-type\":\"host\",\"backup-id\":\"x\",\"backup-time\":1,\"files\":[],\"unprotected\":{\"key-fingerprint\":\"0\"}}")]
    public void Parse_NoManifest_ProtocolException(string json) => Assert.NotNull(Assert.Throws<ProxmoxProtocolException>(() => Parse(json)).Offset);

    [Theory]
    [InlineData("../../etc/passwd.blob", 1, "none", null)]
    [InlineData("/a.blob", 1, "none", null)]
    [InlineData("a.txt", 1, "none", null)]
    [InlineData("a.blob", -1, "none", null)]
    [InlineData("a.blob", 1, "rot13", null)]
    [InlineData("a.blob", 1, "none", "a.blob")]
    public void Parse_HostileFile_ProtocolException(string name, long size, string mode, string? second)
    {
        string csum = new('0', 64);
        string file = $$"""{"filename":"{{name}}","size":{{size}},"crypt-mode":"{{mode}}","csum":"{{csum}}"}""";
        string files = second is null ? file : $"{file},{file}";
        Assert.Throws<ProxmoxProtocolException>(() => Parse($$"""{"backup-type":"host","backup-id":"x","backup-time":1,"files":[{{files}}]}"""));
    }

    [Fact]
    public void Create_HostileFiles_Misuse()
    {
        BackupSnapshotPath snapshot = BackupSnapshotPath.Parse("host/x/2024-05-01T10:11:12Z", null);
        ManifestFile file = new("a.blob", CryptMode.None, 1, default);
        Assert.Throws<ArgumentException>(() => BackupManifest.Create(snapshot, [file, file]));
        Assert.Throws<ArgumentOutOfRangeException>(() => BackupManifest.Create(snapshot, [file with { Size = -1 }]));
        Assert.Throws<FormatException>(() => BackupManifest.Create(snapshot, [file with { FileName = "a" }]));
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void Parse_Truncated_ProtocolException(string path) => Hostile.Truncate(Decode(path), static input => BackupManifest.Parse(input));

    [Fact]
    public void Parse_Mutated_ReadOrRefused() => Hostile.Mutate(
        [.. Golden().Select(static row => Decode(row.Data))],
        static input =>
        {
            BackupManifest manifest = BackupManifest.Parse(input);
            _ = (manifest.Notes, manifest.ChunkUploadStatistics, manifest.ToJson());
            BackupManifest.Parse(manifest.ToJson());
        },
        static _ => { },
        static length => 262_144 + (length * 300L));

    private static BackupManifest Parse(string json) => BackupManifest.Parse(Encoding.UTF8.GetBytes(json));

    private static byte[] Decode(string path)
    {
        using DataBlobDecoder decoder = new();
        ArrayBufferWriter<byte> output = new();
        decoder.Decode(GoldenFiles.Read(path), output);
        return output.WrittenSpan.ToArray();
    }
}
