using System.Text;
using ProxSharp.Backup.Formats.Crypto;

namespace ProxSharp.Backup.Formats.Tests.Crypto;

public sealed class ScryptTests
{
    // RFC 7914, 12, the first three; then two values of the official programs' parameters.
    [Theory]
    [InlineData("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
    [InlineData("password", "4e61436c", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
    [InlineData("pleaseletmein", "536f6469756d43686c6f72696465", 16384, 8, 1, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")]
    [InlineData("correct horse", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 65536, 8, 1, "d88dd954315ef92b27d902c52d3c1b2c90b4f0f755030167664638ca506f2a5c")]
    public void DeriveKey_KnownInputs_KnownKeys(string passphrase, string salt, int n, int r, int p, string expected)
    {
        byte[] key = new byte[expected.Length / 2];
        Scrypt.DeriveKey(Encoding.ASCII.GetBytes(passphrase), Convert.FromHexString(salt), n, r, p, key);
        Assert.Equal(expected, Convert.ToHexStringLower(key));
    }

    [Fact]
    public void DeriveKey_RandomInputs_EqualsSecondImplementation()
    {
        Random random = new(11);
        for (int i = 0; i < 40; i++)
        {
            byte[] passphrase = TestData.Random(random.Next(1, 90), i), salt = TestData.Random(random.Next(0, 70), -i);
            int n = 2 << random.Next(8), r = random.Next(1, 12), p = random.Next(1, 5);
            if (r == 1 && n >= 65536)
            {
                continue;
            }

            byte[] key = new byte[random.Next(1, 100)];
            Scrypt.DeriveKey(passphrase, salt, n, r, p, key);
            Assert.Equal(Org.BouncyCastle.Crypto.Generators.SCrypt.Generate(passphrase, salt, n, r, p, key.Length), key);
        }
    }
}
