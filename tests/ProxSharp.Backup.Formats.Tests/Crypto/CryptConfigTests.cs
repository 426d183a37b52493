using ProxSharp.Backup.Formats.Chunking;
using ProxSharp.Backup.Formats.Crypto;

namespace ProxSharp.Backup.Formats.Tests.Crypto;

public sealed class CryptConfigTests
{
    [Fact]
    public void Derived_CountingKey_KnownValues()
    {
        using CryptConfig config = new(TestData.Counting(0, 32));
        Assert.Equal("7c2c013efd07f3b25717a485263343cd4d292a4b65c200bb3b18ea227abe225c", Convert.ToHexStringLower(config.ExportIdKey()));
        Assert.Equal("0e:ab:d4:46:0b:6e:b9:ca:34:50:23:de:e2:b7:78:c7:90:e5:4a:16:83:b9:65:9c:0a:57:ae:19:90:90:15:9b", config.Fingerprint.ToString());
        Assert.Equal("0e:ab:d4:46:0b:6e:b9:ca", config.Fingerprint.ToShortString());
    }

    [Theory]
    [InlineData("key-none")]
    [InlineData("key-scrypt")]
    [InlineData("key-pbkdf2")]
    public void Derived_GoldenKeys_EqualOfficial(string name)
    {
        System.Text.Json.JsonElement derived = GoldenFiles.ReadJson($"keys/{name}.derived.json");
        using CryptConfig config = new(GoldenFiles.ReadKey(name));
        Assert.Equal(derived.GetProperty("id_key_hex").GetString(), Convert.ToHexStringLower(config.ExportIdKey()));
        Assert.Equal(derived.GetProperty("fingerprint").GetString(), config.Fingerprint.ToString());
    }

    [Fact]
    public void ComputeDigest_FourMebibytesOfZeros_KnownValue()
    {
        using CryptConfig config = new(TestData.Counting(0, 32));
        Assert.Equal("348571e12bbbedb529def1f1394316e338a01945d871df9ef792617ceb13d636", ChunkDigest.Compute(new byte[4 << 20], config).ToString());
    }

    [Fact]
    public void CreateRandom_Twice_DifferentKeys()
    {
        using CryptConfig first = CryptConfig.CreateRandom();
        using CryptConfig second = CryptConfig.CreateRandom();
        Assert.NotEqual(first.Fingerprint, second.Fingerprint);
    }

    [Fact]
    public void Dispose_ThenUse_Refused()
    {
        CryptConfig config = CryptConfig.CreateRandom();
        config.Dispose();
        Assert.Throws<ObjectDisposedException>(config.ExportKey);
        Assert.Throws<ObjectDisposedException>(() => config.ComputeDigest([]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0e:ab")]
    [InlineData("0e-ab-d4-46-0b-6e-b9-ca-34-50-23-de-e2-b7-78-c7-90-e5-4a-16-83-b9-65-9c-0a-57-ae-19-90-90-15-9b")]
    [InlineData("zz:ab:d4:46:0b:6e:b9:ca:34:50:23:de:e2:b7:78:c7:90:e5:4a:16:83:b9:65:9c:0a:57:ae:19:90:90:15:9b")]
    public void KeyFingerprint_NoFingerprint_Refused(string text)
    {
        Assert.False(KeyFingerprint.TryParse(text, out _));
        Assert.Throws<FormatException>(() => KeyFingerprint.Parse(text, null));
    }
}
