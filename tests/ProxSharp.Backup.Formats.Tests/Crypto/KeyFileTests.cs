using System.Text;
using ProxSharp.Backup.Formats.Crypto;

namespace ProxSharp.Backup.Formats.Tests.Crypto;

public sealed class KeyFileTests
{
    private static readonly DateTimeOffset s_now = new(2024, 5, 1, 10, 11, 12, TimeSpan.FromHours(2));

    public static TheoryData<string> Names() => ["key-none", "key-scrypt", "key-pbkdf2"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_Golden_UnlocksAndWritesSameBytes(string name)
    {
        byte[] golden = GoldenFiles.Read($"keys/{name}.json");
        KeyFile file = KeyFile.Parse(golden);
        using CryptConfig key = file.Unlock(file.Kind == KeyDerivationKind.None ? default : "golden-Passw0rd!"u8);
        Assert.Equal(GoldenFiles.ReadKey(name), key.ExportKey());
        Assert.Equal(key.Fingerprint, file.Fingerprint);
        Assert.Equal(golden, file.ToJson());
        Assert.Equal(name == "key-scrypt" ? "golden hint" : null, file.Hint);
    }

    [Fact]
    public void Unlock_KnownScryptData_KnownKey()
    {
        string salt = Convert.ToBase64String(TestData.Counting(0, 32));
        string json = $$$"""{"kdf":{"Scrypt":{"n":65536,"r":8,"p":1,"salt":"{{{salt}}}"}},"created":"2024-05-01T10:11:12Z","modified":"2024-05-01T10:11:12+02:00","data":"QEFCQ0RFRkdISUpLTE1OTwv4P5+5tHJNyzSBtKvclpIOLWO2nJnxx0IJORHwlg8+VuXNrLiZKaZTceWdacLghg=="}""";
        KeyFile file = KeyFile.Parse(Encoding.UTF8.GetBytes(json));
        using CryptConfig key = file.Unlock("correct horse"u8);
        Assert.Equal(TestData.Counting(0, 32), key.ExportKey());
        Assert.Null(file.Fingerprint);
        Assert.Equal(new DateTimeOffset(2024, 5, 1, 10, 11, 12, TimeSpan.Zero), file.Created);
        Assert.Equal(TimeSpan.FromHours(2), file.Modified.Offset);
    }

    [Theory]
    [InlineData(KeyDerivationKind.None, "")]
    [InlineData(KeyDerivationKind.Scrypt, "secret")]
    [InlineData(KeyDerivationKind.Pbkdf2, "secret")]
    public void Create_EachKind_RoundTrips(KeyDerivationKind kind, string passphrase)
    {
        byte[] secret = Encoding.UTF8.GetBytes(passphrase);
        using CryptConfig key = CryptConfig.CreateRandom();
        KeyFile file = KeyFile.Create(key, kind, secret, s_now, "a \"hint\"\nwith ü");
        KeyFile read = KeyFile.Parse(file.ToJson());
        using CryptConfig unlocked = read.Unlock(secret);
        Assert.Equal(key.ExportKey(), unlocked.ExportKey());
        Assert.Equal((kind, s_now, s_now, "a \"hint\"\nwith ü"), (read.Kind, read.Created, read.Modified, read.Hint));
        Assert.Contains("\"created\":\"2024-05-01T10:11:12+02:00\"", Encoding.UTF8.GetString(file.ToJson()), StringComparison.Ordinal);
    }

    [Fact]
    public void ChangePassphrase_NewKind_KeepsKeyAndTime()
    {
        KeyFile file = KeyFile.Parse(GoldenFiles.Read("keys/key-pbkdf2.json"));
        KeyFile changed = file.ChangePassphrase("golden-Passw0rd!"u8, KeyDerivationKind.Scrypt, "other secret"u8, s_now, "h");
        Assert.Equal((file.Created, s_now, file.Fingerprint), (changed.Created, changed.Modified, changed.Fingerprint));
        using CryptConfig key = changed.Unlock("other secret"u8);
        Assert.Equal(GoldenFiles.ReadKey("key-pbkdf2"), key.ExportKey());
        BackupKeyException wrong = Assert.Throws<BackupKeyException>(() => changed.Unlock("golden-Passw0rd!"u8));
        Assert.Contains("Hint: h", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unlock_WrongOrShortPassphrase_KeyException()
    {
        KeyFile file = KeyFile.Parse(GoldenFiles.Read("keys/key-pbkdf2.json"));
        Assert.Throws<BackupKeyException>(() => file.Unlock("wrong one"u8));
        Assert.Throws<BackupKeyException>(() => file.Unlock("1234"u8));
        Assert.Throws<BackupKeyException>(() => file.Unlock());
    }

    [Fact]
    public void Unlock_FingerprintOfOtherKey_ProtocolException()
    {
        string json = GoldenFiles.ReadText("keys/key-none.json").Replace("34:7e", "35:7e", StringComparison.Ordinal);
        Assert.Throws<ProxmoxProtocolException>(() => KeyFile.Parse(Encoding.UTF8.GetBytes(json)).Unlock());
    }

    [Fact]
    public void Create_PassphraseDoesNotFitKind_Misuse()
    {
        using CryptConfig key = CryptConfig.CreateRandom();
        Assert.Throws<ArgumentException>(() => KeyFile.Create(key, KeyDerivationKind.None, "secret"u8, s_now));
        Assert.Throws<ArgumentException>(() => KeyFile.Create(key, KeyDerivationKind.Scrypt, "1234"u8, s_now));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyFile.Create(key, (KeyDerivationKind)9, "secret"u8, s_now));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void PaperText_Golden_ReadsBackSameBytes(string name)
    {
        byte[] golden = GoldenFiles.Read($"keys/{name}.json");
        string paper = KeyFile.Parse(golden).ToPaperText("my key");
        Assert.StartsWith("Subject: my key\n\n-----BEGIN PROXMOX BACKUP KEY-----\n{\n  \"", paper, StringComparison.Ordinal);
        Assert.Equal(golden, KeyFile.ParsePaperText("noise\n" + paper + "noise").ToJson());
        Assert.Throws<ProxmoxProtocolException>(() => KeyFile.ParsePaperText("nothing"));
    }

    [Theory]
    [InlineData("""{"kdf":{"Scrypt":{"n":65535,"r":8,"p":1,"salt":""}}}""")]
    [InlineData("""{"kdf":{"Scrypt":{"n":1073741824,"r":1048576,"p":1,"salt":""}}}""")]
    [InlineData("""{"kdf":{"Scrypt":{"n":16777216,"r":8,"p":1,"salt":""}}}""")]
    [InlineData("""{"kdf":{"Scrypt":{"n":65536,"r":8,"p":1000000,"salt":""}}}""")]
    [InlineData("""{"kdf":{"Scrypt":{"n":1048576,"r":8,"p":16,"salt":""}}}""")]
    [InlineData("""{"kdf":{"PBKDF2":{"iter":10000001,"salt":""}}}""")]
    [InlineData("""{"kdf":{"PBKDF2":{"iter":2147483647,"salt":""}}}""")]
    [InlineData("""{"kdf":{"PBKDF2":{"iter":0,"salt":""}}}""")]
    [InlineData("""{"kdf":{"PBKDF2":{"iter":1,"salt":"%"}}}""")]
    [InlineData("""{"kdf":{"Argon2":{}}}""")]
    [InlineData("""{"kdf":7}""")]
    [InlineData("""{"kdf":null,"data":"AAAA"}""")]
    [InlineData("""{"kdf":null}""")]
    [InlineData("""{"kdf":null,"kdf":null}""")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"hint\":\"\\ud800\"}")]
    public void Parse_ImpossibleFiles_ProtocolException(string json) =>
        Assert.NotNull(Assert.Throws<ProxmoxProtocolException>(() => KeyFile.Parse(Encoding.UTF8.GetBytes(json))).Offset);

    [Theory]
    [MemberData(nameof(Names))]
    public void Parse_Truncated_ProtocolException(string name) => Hostile.Truncate(GoldenFiles.Read($"keys/{name}.json"), static input => KeyFile.Parse(input));

    [Fact]
    public void Parse_Mutated_ReadOrRefused() => Hostile.Mutate(
        [.. Names().Select(static row => GoldenFiles.Read($"keys/{row.Data}.json"))],
        static input =>
        {
            KeyFile file = KeyFile.Parse(input);
            Assert.Equal(file.ToJson(), KeyFile.Parse(file.ToJson()).ToJson());
            if (file.Kind == KeyDerivationKind.None)
            {
                file.Unlock().Dispose();
            }
        },
        static _ => { },
        static length => 65_536 + (length * 200L));
}
