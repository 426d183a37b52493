using ProxSharp.Backup.Protocol.Http2;

namespace ProxSharp.Backup.Tests.Protocol;

/// <summary>The examples of RFC 7541, appendix C.6, and what may come instead.</summary>
public sealed class HeaderDecoderTests
{
    private const string First = "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3";
    private const string Second = "4883640effc1c0bf";
    private const string Third = "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007";

    [Fact]
    public void Read_BlocksOfOneConnection_BuildOnEachOther()
    {
        HeaderDecoder decoder = new();
        Assert.Equal(302, decoder.Read(Convert.FromHexString(First)));
        Assert.Equal(302, decoder.Read([0x80 | 65]));
        Assert.Equal(307, decoder.Read(Convert.FromHexString(Second)));
        Assert.Equal(200, decoder.Read(Convert.FromHexString(Third)));
    }

    [Fact]
    public void Read_TableEmptied_ForgetsItsEntries()
    {
        HeaderDecoder decoder = new();
        decoder.Read(Convert.FromHexString(First));
        Assert.Null(decoder.Read([0x20]));
        Assert.Throws<InvalidDataException>(() => decoder.Read([0x80 | 62]));
    }

    [Fact]
    public void Read_PlainStatus_IsRead() => Assert.Equal(401, new HeaderDecoder().Read(Convert.FromHexString("0803343031")));

    [Theory]
    [InlineData("0803347831")]
    [InlineData("0803343031ff")]
    [InlineData("80")]
    [InlineData("ffffffffffffff00")]
    [InlineData("3fffffff7f")]
    [InlineData("0884ffffffff")]
    public void Read_Malformed_IsRefused(string hex)
        => Assert.Throws<InvalidDataException>(() => new HeaderDecoder().Read(Convert.FromHexString(hex)));

    [Fact]
    public void Read_TruncatedOrChanged_ThrowsNothingElse()
    {
        byte[] block = Convert.FromHexString(First + Third);
        Random random = new(3);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] input = block[..random.Next(block.Length + 1)];
            for (int change = random.Next(4); change > 0 && input.Length > 0; change--)
            {
                input[random.Next(input.Length)] = (byte)random.Next(256);
            }

            try
            {
                new HeaderDecoder().Read(input);
            }
            catch (InvalidDataException exception)
            {
                Assert.NotEmpty(exception.Message);
            }
        }
    }
}
