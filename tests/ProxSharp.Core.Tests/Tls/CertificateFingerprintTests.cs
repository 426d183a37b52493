using System.Security.Cryptography;
using ProxSharp.Testing;
using ProxSharp.Tls;

namespace ProxSharp.Core.Tests.Tls;

public sealed class CertificateFingerprintTests
{
    private const string Text = "5C:8F:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:01:23:45:67:89:AB:CD:EF:10:32:54:76:98:BA";

    [Theory]
    [InlineData(Text)]
    [InlineData("5c:8f:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:01:23:45:67:89:ab:cd:ef:10:32:54:76:98:ba")]
    [InlineData("5C8F00112233445566778899AABBCCDDEEFF0123456789ABCDEF1032547698BA")]
    [InlineData("  5c8f00112233445566778899aabbccddeeff0123456789abcdef1032547698ba ")]
    public void Parse_AnyUsualForm_GivesTheFormOfTheServers(string text) => Assert.Equal(Text, CertificateFingerprint.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("5C:8F")]
    [InlineData("5C8F00112233445566778899AABBCCDDEEFF0123456789ABCDEF1032547698B")]
    [InlineData("5C8F00112233445566778899AABBCCDDEEFF0123456789ABCDEF1032547698BX")]
    [InlineData("5C-8F-00-11-22-33-44-55-66-77-88-99-AA-BB-CC-DD-EE-FF-01-23-45-67-89-AB-CD-EF-10-32-54-76-98-BA")]
    [InlineData("2F:D4:E1:C6:7A:2D:28:FC:ED:84:9E:E1:BB:76:E7:39:1B:93:EB:12")]
    public void Parse_SomethingElse_IsRefused(string text)
    {
        Assert.False(CertificateFingerprint.TryParse(text, out _));
        Assert.Throws<FormatException>(() => CertificateFingerprint.Parse(text));
    }

    [Fact]
    public void Of_Certificate_IsTheHashOfItsBytes()
        => Assert.Equal(
            BitConverter.ToString(SHA256.HashData(StubCertificate.Shared.RawData)).Replace('-', ':'),
            CertificateFingerprint.Of(StubCertificate.Shared).ToString());
}
