using System.Formats.Asn1;
using System.Security.Cryptography;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Crypto;

namespace ProxSharp.Backup.Formats.Tests.Crypto;

public sealed class MasterKeyTests
{
    private const string Passphrase = "golden-Passw0rd!";
    private const string ScryptKey = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIIFJTBPBgkqhkiG9w0BBQ0wQjAhBgkrBgEEAdpHBAswFAQIH2oUrdbhndUCAgQA
        AgEIAgEBMB0GCWCGSAFlAwQBFgQQXztOR4pIjtwte8eTG/hZYASCBNA/NIZpGoI4
        XNEq1FpHDD3IAHFKc7N+Pd9nuGBLGyuBX+jdVZ3sBWIXZ3b4UYEKk6/Vh8NLqkDM
        FKTISh+mNxUFHUU0vH08GqO20jnJFpw8ig9PqSvz3JGMK1dhWlI4PsG9MQKiWmJe
        lz/JK6lIQvw6NWAbM5YEdkBU1JGZJCxEDwyfvIqH+sw4E9/jHEN1/ZMsDAEdiqOE
        9yrN9oXg9SzkzP07n0O9M2dTcmAWaofhEiTFRrOuIDNnsbYnhoS4MOGHrFEdbkZk
        /HmVtvbUAXoc/rNhv75kUvsfF2wjcTL0MGmsTzoMwJ8WGpmrOdFJa2ACWgn6mZU2
        2BvJp4LbOwOVbgqhjzr8aY7kTRUkKLFe0qkKp/mMM6Aim/bDWDcXPrzfhmLh2Hou
        Q1ro2bGG39HUnjPxRHzwLW6iTNmPV35BGQUXY6eIPsLisCvvIM8aROCRoJL8qcoY
        9KMyJ8c0aGLGA+0EQNcWAQnusZ8zsoNWYaeGvAeXBCf94XSNX325MqBQUzE/Qns1
        JhiSWvkQtCuZsV4BqR0PFbxDKEVUlKzhmeJvE8166/qRKTLfbav5AcTHtiaEAjc9
        tXN4Y1DTdlTE2UD88rQ1kx8ZeMjXcHYLRsOfP5KXIIUMjsG/AXfIkPXhVZrRbVRm
        vlvRX3MZMek5MkUFDXFhqshEUB1oYXU5su6zk92OO9MzEuHC+/jsfuKsXbB8nTP0
        ioUJiKRC3HDWvSHZpltJMJdpzfzjfHhiYt1kMmg0CC7jtF3stHGPVYtlUAobLb8Q
        Nw211FrR9O9muDSRXp2cLp0q3OKg0KjtGjhasbCKVG012jn8uQOvmvPmaGg9lIKt
        /EFocxf+9ucX4rW6jb376ICKjuCmLjyjszU3NjZzrtnBUboX3wE90Vh45yHallNf
        CdJYfiQ3zEs090J+yMu8oH1mZTyd5mYbhrBtZ8uNoHZNqxQ1E0ArKIPakDCuQvPa
        oLqcaW+TaVNrfBhSvkFz9Uzpnp4Zxh9BtB8Miv/RAFZkQuI8z1VbGd80mFXaihlI
        UMrBt2/BS3Alhb2LIC66aB+DsGq+4gpOKRDXkzSlrLbOnSTJLEzHqBzCx0iclxlx
        vQT1yQr6F9l+dw3YI6p9gdEg9FqFCT9AkLH6GmW6fvzKgsEGlmlNMUTTc+7CU9tH
        SAGoK+yuZJUTrJqXRMubCtnl1RmN2LTMrjJ6y8FVNhoESWIBTS++ZiclYKE5W6kl
        yXc+TD5JN1Lud0TSWzZfv7GkT5IUBMBWBXamKmheZD3Sdcp123VR/eyM5aOqdEoa
        gFgUx+NF/+x0YVN5UcEENDvInEL2h47/uVAxGclEbSOv73Z5oXMzDWGbKQoQw+ZJ
        YrrUAjC0EXJJXz32okI9HxPboaj92bWOPSGHxsGM3mG0TcKsza/JTASBHrYv4Y7T
        P0GP9LGLhwyYLxSWk8q6s970sAnfwyvVTeJRk5+aGCycIWEpM7yY2GfKhExv3ZFo
        rzo/j9quJPnQC/wSbvKFn60B2h/i0D7gMJXOPQqECBmu9HFqC8RpaoS7/ABCtBeQ
        2nU+CTC1wNjmAO0lGgCuJPBxks15Ej6UfczAh6Qhg3qYLAVllu6eGl/PTZu6rnGO
        2RIH0pajdMITRXuChiPU6qhZYtKDY10Qmw==
        -----END ENCRYPTED PRIVATE KEY-----
        """;

    private const string DefaultScryptKey = """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIIFJTBPBgkqhkiG9w0BBQ0wQjAhBgkrBgEEAdpHBAswFAQIe7EqlnpjooECAkAA
        AgEIAgEBMB0GCWCGSAFlAwQBKgQQdxq2appuHvD4acI4Y2zphQSCBNBH6rpSEgLR
        p8eTzyOjF+UEPxwlC40N4DLrUWaYFE/KBBXCAJR1hn7fhXLmrCRyMzLAu02zO1Za
        dbo4UIuHrkmOKWPeyoG8TYWHbzajDE5S3wjECsHqM3YicvZgf4b0Zx0LWm/KfiuJ
        LVkiIJaUDH7J0IJ+W0zFNLHxmfv2q7xNvlC+PWnlbYn58qULBYkpHinOYjA/4FRU
        CfxsrTY5O3bzMGIOGFMNWrXGQwA3U3MsU43KU1Au/RKCv8jHhei6NSxHtyOooIrM
        H36rFKTa9Qyw1/qa6XWvkxwY6p2T+RqyFzdRy+cLzCqGp6O/2fd2ZXFzzs0Jjvn0
        7LTbOiNl/6o/rgfDinWqz/FBknFRIsz2qOrIuMs/MboMCytp5aqjbMoAUcLW8mvo
        T5HbSxZ+b/mY0h1YAdTs5D6ygUNm7QpRPpam5LCBU7az8Q47AMkBhuFdgfsPLJMc
        93zhcciemSiSeGsbrZBUcG70njMDAHcrVnDzk+IFlRseb3m2/4HbvR3QYmQjSUlP
        KvEfD3NQ2SlMA96kkLaY11fyBMgNt5aPTr78FGgp+GpfKiSmPugxZkAkwiEYWhvJ
        RrIdVlBJBKhIgQF4a5sqPF0espVKXyvAbcwi3KRbIeHyO8ZK9nnHhUpQ/q0tTtUA
        GmZSdCYTRpucVn9bbVCUAwNPnKtcWamwGlxY5MM8L+w3hNM8bQ+pQAmeq6NTYXui
        akdh0Z/my7h4uV5UrQRK+ndwaIELGrgpzi7nhrFxt2IIqTTwuwtVWOh20cGesndU
        Ofhn7R4LMURyJhPC1JLe5jyVVI7PhiO81xCcMdCtmPIZzAmX7k+DOaBh3kNp4Scx
        B7no30QrFIFLfsN8bJmaJt4EvJ7RCdNCAKGo62Vutp0803avzDpBaVMkdzJXaOjf
        Eg4iYh1oZOYF6vKWP1N++o9r1H2yGuQbjH1nqBrkyVR9BVj8OTkMfsPh3wqq2vB6
        YQIvASlPKUhwF2IOtLJoHFzRFEHEkFqqSJcLeTwUSuzVd8ZUxcAVV98vdWHweZdO
        WAavNCdDd4+0DYcWoyptMpJgvRFB8aXjEtWMXsS/MJsBrsMLh6I2qVtaMYgk/JYu
        QpNmVV/PBQkUHve/W+2+9kjcV0/olUSskGSeF17/0Gmj1xx6JPhNYAwx9htXbYY+
        MTv63wn7zHwJEXAaZxXpM8YNUWwbO40e/vjusuNCFlZhxqUt6DXE95rxIDDfmZWU
        MelYY+F7dnIV5nk0nQYIdAMH5o88lPEICAmtDXzSFr1QHZTfg3vrJ12Yj9+FWnqa
        trgKUGvjt0l99MwXZVLKCpJ79IbV/FdSRfX1ZvcnHJUYviEkhcJXoN/y08QqdR9U
        sjkeIDNFFJ4q4rKTC1Iajke0rybER/52EhOzoRD8+STKI4EKIB7nyTVPufQZX5aS
        L/HkV8SORZ0ZZJgCu4Lv2j2+M1gatWifDJbWczcmnu1zQoRjTF8tP3eSs91VxmTv
        g+pymMWlWlO//bVJYF7ZNVj66Xl18eFQwclIo0mRiGdZtnzl7xmhBmujGSp4eOLz
        lQKpSU6d7GSTALYZU4C0vwtNll9849Irgg/yKN61VcB0Or4DhDsmu1yK1KKNMFB+
        Ktkn+pDHQbFNKbps08M6xxwKi3Cm9wDktg==
        -----END ENCRYPTED PRIVATE KEY-----
        """;

    private const string ScryptPublicKey = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA2Ky/ajnyjfhhv4wTaE2U
        aDc0+nxTeg5VuraLXwgFHZRLo1n1ZKRUu1GsYlZax7+f4aTvHMkKO5U+ut4+SG+P
        DDnetjSeOFpm2ueNDZioioL4ykkZ2XfJVaI4dHgvYwifedbRXTosDnudEDi9tco+
        hdKofln8r2lw+vyk5DwXtFYGppmi6dcfeSG1uF5s9Oq+yG8mLhASRXG6e758fNeA
        aqY49Dodmg9JSeIs2kbeAxZ5BgcqjaGquy0brRi5BD6DBMryTSRbg5oOfTL1Y6IT
        q4pX3jIf0RMowkK75UJihF99J2zUhBbFFgpWrXGBqlcdZ2vnVA/CTBP5Wc7Jm9sQ
        TQIDAQAB
        -----END PUBLIC KEY-----
        """;

    private const string Certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBbzCCARWgAwIBAgIUf7WZafvRJXCBU4nbP57XLjKr6uIwCgYIKoZIzj0EAwIw
        DDEKMAgGA1UEAwwBeDAgFw0yNjExMjcwMjIxMjlaGA8yMTA5MDExNjAyMjEyOVow
        DDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHBJAv+HPmdL
        1T+HLcdNF0/7pJ2BjZb/h9Ovv+7dqUhMl4UiQ89PBAvYzuHMfv0dTyoUQYpYmIGZ
        va9XwkGl1P2jUzBRMB0GA1UdDgQWBBSclOHNZy4EN7zPkXm6tuPx6QzgGzAfBgNV
        HSMEGDAWgBSclOHNZy4EN7zPkXm6tuPx6QzgGzAPBgNVHRMBAf8EBTADAQH/MAoG
        CCqGSM49BAMCA0gAMEUCIQDcRyzOxZHvFob3QkdVS2LjE8NF3YZkkYUVX/Jp5+Az
        BAIgVvxK9Qt13PSmpMMTF0FpwZaSjNXFuiDu4KYb8IP8cGE=
        -----END CERTIFICATE-----
        """;

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

    /// <summary>Two keys that <c>openssl pkcs8 -topk8 -scrypt</c> has written, with AES-192 and AES-256 (its default).</summary>
    [Theory]
    [InlineData(ScryptKey)]
    [InlineData(DefaultScryptKey)]
    public void Parse_KeyProtectedWithScrypt_Opens(string pem)
    {
        using MasterPrivateKey master = MasterPrivateKey.Parse(pem, "hello-pass");
        using MasterPublicKey half = master.GetPublicKey();

        Assert.True(MasterPrivateKey.IsProtected(pem));
        Assert.Equal(ScryptPublicKey, half.ToPem().TrimEnd());
        Assert.Contains("passphrase does not open", Refused(pem, "other-pass"), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_KeyInAWayThatIsNotSupported_SaysHowToConvertIt()
    {
        Assert.Contains("1.3.6.1.4.1.11591.4.12", Refused(Changed(31, 12), "hello-pass"), StringComparison.Ordinal);
        Assert.Contains("openssl pkcs8 -topk8 -v2 aes256", Refused(Changed(31, 12), "hello-pass"), StringComparison.Ordinal);
        // No power of two.
        Assert.Contains("impossible", Refused(Changed(47, 3), "hello-pass"), StringComparison.Ordinal);

        static string Changed(int offset, byte value)
        {
            PemFields fields = PemEncoding.Find(ScryptKey);
            byte[] content = Convert.FromBase64String(ScryptKey[fields.Base64Data]);
            content[offset] = value;
            return PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", content);
        }
    }

    /// <summary>What <c>openssl pkcs8 -topk8</c> writes with -v2, -v2prf and -v1, without the key itself: that is not looked at.</summary>
    [Theory]
    [InlineData("1.2.840.113549.1.5.13", "2.16.840.1.101.3.4.1.44", "1.2.840.113549.2.9", "cipher", "aes-256-cfb")]
    [InlineData("1.2.840.113549.1.5.13", "1.2.392.200011.61.1.1.1.4", "1.2.840.113549.2.9", "cipher", "camellia-256-cbc")]
    [InlineData("1.2.840.113549.1.5.13", "1.2.410.200046.1.1.12", null, "cipher", "aria-256-cbc")]
    [InlineData("1.2.840.113549.1.5.13", "2.16.840.1.101.3.4.1.42", "1.2.840.113549.2.8", "PRF", "hmacWithSHA224")]
    [InlineData("1.2.840.113549.1.5.13", "2.16.840.1.101.3.4.1.42", "1.2.840.113549.2.13", "PRF", "hmacWithSHA512-256")]
    [InlineData("1.2.840.113549.1.12.1.1", null, null, "cipher", "PBE-SHA1-RC4-128")]
    [InlineData("1.3.6.1.4.1.99999.1", null, null, "cipher", "1.3.6.1.4.1.99999.1")]
    public void Parse_ProtectionThatIsNotSupported_IsNamed(string scheme, string? cipher, string? function, string kind, string name)
    {
        string message = Refused(PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", Protected(scheme, cipher, function)), "the right one");

        Assert.Contains($"a {kind} that is not supported ({name}", message, StringComparison.Ordinal);
        Assert.Contains(": openssl pkcs8 -topk8 -v2 aes256", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.2.840.113549.1.5.13", "2.16.840.1.101.3.4.1.42", null)]
    [InlineData("1.2.840.113549.1.5.13", "1.2.840.113549.3.7", "1.2.840.113549.2.11")]
    [InlineData("1.2.840.113549.1.12.1.3", null, null)]
    public void Parse_ProtectionThatIsSupported_BlamesThePassphrase(string scheme, string? cipher, string? function) => Assert.Contains(
        "passphrase does not open",
        Refused(PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", Protected(scheme, cipher, function)), "a wrong one"),
        StringComparison.Ordinal);

    /// <summary>Whoever made the file must not be able to keep us busy for hours.</summary>
    [Theory]
    [InlineData("1.2.840.113549.1.5.13", "2.16.840.1.101.3.4.1.42", int.MaxValue)]
    [InlineData("1.2.840.113549.1.5.13", "2.16.840.1.101.3.4.1.42", 10_000_001)]
    [InlineData("1.2.840.113549.1.5.13", "2.16.840.1.101.3.4.1.42", long.MaxValue)]
    [InlineData("1.2.840.113549.1.5.13", "2.16.840.1.101.3.4.1.42", 0)]
    [InlineData("1.2.840.113549.1.12.1.3", null, int.MaxValue)]
    public void Parse_RoundsWithoutEnd_AreRefused(string scheme, string? cipher, long rounds) => Assert.Contains(
        "not between 1 and 10000000",
        Refused(PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", Protected(scheme, cipher, null, rounds)), "hello-pass"),
        StringComparison.Ordinal);

    [Fact]
    public void Parse_KeyForSignatures_SaysSo()
    {
        using RSA rsa = RSA.Create(2048);
        byte[] secret = rsa.ExportPkcs8PrivateKey();
        byte[] half = rsa.ExportSubjectPublicKeyInfo();
        foreach (byte[] key in (byte[][])[secret, half])
        {
            // The last byte of rsaEncryption (1.2.840.113549.1.1.1) becomes that of RSA-PSS.
            key[key.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]) + 8] = 10;
        }

        Assert.Contains("RSA-PSS, which only signs", Refused(PemEncoding.WriteString("PRIVATE KEY", secret), ""), StringComparison.Ordinal);
        Assert.Contains(
            "RSA-PSS, which only signs",
            Assert.Throws<BackupKeyException>(() => MasterPublicKey.Parse(PemEncoding.WriteString("PUBLIC KEY", half))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OtherThingsBesideTheKey_TakesTheKey()
    {
        using RSA rsa = RSA.Create(2048);
        string secret = rsa.ExportPkcs8PrivateKeyPem();
        string half = rsa.ExportSubjectPublicKeyInfoPem();
        PbeParameters protection = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        string locked = rsa.ExportEncryptedPkcs8PrivateKeyPem("hello", protection);

        foreach (string text in (string[])[$"Bag Attributes\n  name: x\n{secret}\nend", $"{Certificate}\n{secret}", $"{secret}\n{half}", $"{half}\r\n{locked}\n"])
        {
            using MasterPrivateKey master = MasterPrivateKey.Parse(text, "hello");
            using MasterPublicKey found = master.GetPublicKey();
            Assert.Equal(half, found.ToPem().TrimEnd());
        }

        foreach (string text in (string[])[$"a note\n{half}\nanother", $"{secret}\n{half}", $"{Certificate}\n{half}", $"{locked}\n{half}", secret])
        {
            using MasterPublicKey found = MasterPublicKey.Parse(text);
            Assert.Equal(half, found.ToPem().TrimEnd());
        }
    }

    [Fact]
    public void Parse_SeveralKeysOrNone_SaysWhatIsThere()
    {
        using RSA rsa = RSA.Create(2048);
        string secret = rsa.ExportPkcs8PrivateKeyPem();
        string half = rsa.ExportSubjectPublicKeyInfoPem();

        Assert.Contains("2 private keys", Refused($"{secret}\n{rsa.ExportRSAPrivateKeyPem()}", ""), StringComparison.Ordinal);
        Assert.Contains("2 keys", RefusedHalf($"{half}\n{half}"), StringComparison.Ordinal);
        Assert.Contains("openssl x509 -pubkey", RefusedHalf(Certificate), StringComparison.Ordinal);
        Assert.Contains("openssl rsa -pubout", RefusedHalf(ScryptKey), StringComparison.Ordinal);

        static string RefusedHalf(string pem) => Assert.Throws<BackupKeyException>(() => MasterPublicKey.Parse(pem)).Message;
    }

    private static string Refused(string pem, string passphrase) => Assert.Throws<BackupKeyException>(() => MasterPrivateKey.Parse(pem, passphrase)).Message;

    private static byte[] Protected(string scheme, string? cipher, string? function, long rounds = 2048)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(scheme);
                using (writer.PushSequence())
                {
                    WriteParameters(writer, cipher, function, rounds);
                }
            }

            writer.WriteOctetString(new byte[64]);
        }

        return writer.Encode();
    }

    private static void WriteParameters(AsnWriter writer, string? cipher, string? function, long rounds)
    {
        if (cipher is null)
        {
            writer.WriteOctetString(new byte[8]);
            writer.WriteInteger(rounds);
            return;
        }

        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier("1.2.840.113549.1.5.12");
            using AsnWriter.Scope parameters = writer.PushSequence();
            writer.WriteOctetString(new byte[8]);
            writer.WriteInteger(rounds);
            if (function is not null)
            {
                using AsnWriter.Scope algorithm = writer.PushSequence();
                writer.WriteObjectIdentifier(function);
                writer.WriteNull();
            }
        }

        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(cipher);
            writer.WriteOctetString(new byte[cipher == "1.2.840.113549.3.7" ? 8 : 16]);
        }
    }
}
