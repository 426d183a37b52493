using System.Security.Cryptography;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Crypto;

namespace ProxSharp.Backup.Formats.Tests.Crypto;

public sealed class MasterKeyTests
{
    private const string Passphrase = "golden-Passw0rd!";
    private static readonly DateTimeOffset s_now = new(2024, 5, 1, 10, 11, 12, TimeSpan.Zero);

    [Fact]
    public void Decrypt_GoldenKeyBlob_OpensKeyOfBackup()
    {
        byte[] blob = GoldenFiles.Read("datastore/host/golden-master/2023-11-14T221320Z/rsa-encrypted.key.blob");
        Assert.Equal(DataBlobKind.Uncompressed, DataBlob.Verify(blob));
        using MasterPrivateKey master = MasterPrivateKey.Parse(GoldenFiles.ReadText("keys/master-private.pem"), Passphrase);
        KeyFile file = master.Decrypt(blob.AsSpan(DataBlob.HeaderSize));
        using CryptConfig key = file.Unlock();
        Assert.Equal(GoldenFiles.ReadKey("key-none"), key.ExportKey());
        Assert.Equal(KeyFile.Parse(GoldenFiles.Read("keys/key-none.json")).Created, file.Created);
    }

    [Fact]
    public void Encrypt_GoldenPublicKey_PrivateKeyOpens()
    {
        using MasterPublicKey publicKey = MasterPublicKey.Parse(GoldenFiles.ReadText("keys/master-public.pem"));
        using MasterPrivateKey privateKey = MasterPrivateKey.Parse(GoldenFiles.ReadText("keys/master-private.pem"), Passphrase);
        using CryptConfig key = CryptConfig.CreateRandom();
        byte[] encrypted = publicKey.Encrypt(key, s_now, s_now);
        Assert.Equal(512, encrypted.Length);
        using CryptConfig back = privateKey.Decrypt(encrypted).Unlock();
        Assert.Equal(key.ExportKey(), back.ExportKey());
    }

    [Fact]
    public void ToPem_GoldenKeys_RoundTrip()
    {
        using MasterPrivateKey golden = MasterPrivateKey.Parse(GoldenFiles.ReadText("keys/master-private.pem"), Passphrase);
        using MasterPublicKey publicKey = golden.GetPublicKey();
        Assert.Equal(GoldenFiles.ReadText("keys/master-public.pem"), publicKey.ToPem());
        using MasterPrivateKey again = MasterPrivateKey.Parse(golden.ToPem("other pass"), "other pass");
        using CryptConfig key = CryptConfig.CreateRandom();
        using CryptConfig back = again.Decrypt(publicKey.Encrypt(key, s_now, s_now)).Unlock();
        Assert.Equal(key.Fingerprint, back.Fingerprint);
        Assert.Throws<ArgumentException>(() => golden.ToPem("1234"));
    }

    [Fact]
    public void Parse_WrongPassphraseOrText_KeyException()
    {
        string pem = GoldenFiles.ReadText("keys/master-private.pem");
        Assert.Throws<BackupKeyException>(() => MasterPrivateKey.Parse(pem, "wrong"));
        Assert.Throws<BackupKeyException>(() => MasterPrivateKey.Parse(pem, ""));
        Assert.Throws<BackupKeyException>(() => MasterPrivateKey.Parse("nothing", "x"));
        Assert.Throws<BackupKeyException>(() => MasterPublicKey.Parse("nothing"));
    }

    [Fact]
    public void Decrypt_OtherBytes_KeyException()
    {
        using MasterPrivateKey master = MasterPrivateKey.Parse(GoldenFiles.ReadText("keys/master-private.pem"), Passphrase);
        Assert.ThrowsAny<ProxmoxException>(() => master.Decrypt(TestData.Random(512, 1)));
        Assert.ThrowsAny<ProxmoxException>(() => master.Decrypt(new byte[17]));
    }

    [Fact]
    public void Encrypt_ShortMasterKey_KeyException()
    {
        using RSA rsa = RSA.Create(2048);
        using MasterPublicKey master = MasterPublicKey.Parse(rsa.ExportSubjectPublicKeyInfoPem());
        using CryptConfig key = CryptConfig.CreateRandom();
        Assert.Throws<BackupKeyException>(() => master.Encrypt(key, s_now, s_now));
    }
}
