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

    /// <summary>As <c>openssl genrsa</c> and <c>openssl rsa -traditional</c> write them.</summary>
    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "")]
    [InlineData(false, "a passphrase that nobody asked for")]
    public void Parse_KeyWithoutPassphrase_OpensKeys(bool pkcs1, string passphrase)
    {
        using RSA rsa = RSA.Create(3072);
        string pem = pkcs1 ? rsa.ExportRSAPrivateKeyPem() : rsa.ExportPkcs8PrivateKeyPem();
        using MasterPublicKey publicKey = MasterPublicKey.Parse(rsa.ExportSubjectPublicKeyInfoPem());
        using CryptConfig key = CryptConfig.CreateRandom();

        using MasterPrivateKey master = MasterPrivateKey.Parse(pem, passphrase);

        Assert.False(MasterPrivateKey.IsProtected(pem));
        Assert.Equal(3072, publicKey.Size);
        KeyFile back = master.Decrypt(publicKey.Encrypt(key, s_now.AddYears(-1), s_now));
        Assert.Equal((key.Fingerprint, s_now.AddYears(-1)), (back.Fingerprint, back.Created));
    }

    [Fact]
    public void Parse_WhatIsNoPrivateKey_SaysWhatItIs()
    {
        using RSA rsa = RSA.Create(2048);
        const string Old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";

        Assert.Contains("no RSA private key", Refused(rsa.ExportSubjectPublicKeyInfoPem(), ""), StringComparison.Ordinal);
        Assert.Contains("pkcs8 -topk8", Refused(Old, "a passphrase"), StringComparison.Ordinal);
        Assert.True(MasterPrivateKey.IsProtected(Old));
        Assert.Contains("passphrase does not open", Refused(GoldenFiles.ReadText("keys/master-private.pem"), "wrong"), StringComparison.Ordinal);
    }

    [Fact]
    public void Decrypt_OtherMasterKey_SaysSo()
    {
        using RSA rsa = RSA.Create(3072);
        using RSA other = RSA.Create(3072);
        using RSA small = RSA.Create(2048);
        using MasterPublicKey publicKey = MasterPublicKey.Parse(rsa.ExportSubjectPublicKeyInfoPem());
        using CryptConfig key = CryptConfig.CreateRandom();
        byte[] encrypted = publicKey.Encrypt(key, s_now, s_now);
        using MasterPrivateKey wrong = MasterPrivateKey.Parse(other.ExportPkcs8PrivateKeyPem(), "");
        using MasterPrivateKey shorter = MasterPrivateKey.Parse(small.ExportPkcs8PrivateKeyPem(), "");

        Assert.Contains("another master key", Assert.Throws<BackupKeyException>(() => wrong.Decrypt(encrypted)).Message, StringComparison.Ordinal);
        Assert.Contains("2048 bits", Assert.Throws<BackupKeyException>(() => shorter.Decrypt(encrypted)).Message, StringComparison.Ordinal);
    }

    private static string Refused(string pem, string passphrase) => Assert.Throws<BackupKeyException>(() => MasterPrivateKey.Parse(pem, passphrase)).Message;
}
