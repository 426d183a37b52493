namespace ProxSharp.Backup.Formats.Tests;

public sealed class Sha256DigestTests
{
    [Fact]
    public void Text_CountingBytes_RoundTrips()
    {
        byte[] bytes = TestData.Counting(0xE0, 32);
        Sha256Digest digest = new(bytes);
        Assert.Equal(Convert.ToHexStringLower(bytes), digest.ToString());
        Assert.Equal(digest, Sha256Digest.Parse(digest.ToString(), null));
        Assert.Equal(bytes, digest.ToArray());
        Assert.NotEqual(digest, default);
        Assert.False(digest.TryFormat(new char[63], out _, default, null));
    }

    [Fact]
    public void Create_WrongLengths_Refused()
    {
        Assert.Throws<ArgumentException>(() => new Sha256Digest(new byte[31]));
        Assert.Throws<ArgumentException>(() => default(Sha256Digest).CopyTo(new byte[31]));
        Assert.Throws<FormatException>(() => Sha256Digest.Parse(new string('0', 63), null));
        Assert.Throws<FormatException>(() => Sha256Digest.Parse(new string('g', 64), null));
    }
}
