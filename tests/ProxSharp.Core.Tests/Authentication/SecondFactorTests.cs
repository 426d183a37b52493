using ProxSharp.Authentication;

namespace ProxSharp.Core.Tests.Authentication;

[Trait("Acceptance", "5")]
public sealed class SecondFactorTests
{
    [Fact]
    public void Parse_RecordedHalfTicket_ListsKindsAndUnusedKeys()
    {
        SecondFactorChallenge challenge = SecondFactorChallenge.Parse("auditor@pve", "PVE:!tfa!{\"recovery\"%3A[0,1,2,3,4,5,6,7,8,9],\"totp\"%3Atrue}:6B035919::GBiPUWDY+Z/E1==");
        Assert.Equal(["recovery", "totp"], challenge.Kinds);
        Assert.Equal(Enumerable.Range(0, 10), challenge.RecoveryKeys);
        Assert.True(challenge.AcceptsTotp);
        Assert.True(challenge.AcceptsRecovery);
        Assert.False(challenge.AcceptsYubico);
        Assert.Null(challenge.WebAuthn);
    }

    [Fact]
    public void Parse_Hardware_GivesItsJson()
    {
        string json = """{"webauthn":{"publicKey":{"challenge":"a:b"}},"u2f":{"challenge":"c"},"yubico":true,"totp":false,"recovery":[]}""";
        SecondFactorChallenge challenge = SecondFactorChallenge.Parse("root@pam", $"PBS:!tfa!{json.Replace(":", "%3A", StringComparison.Ordinal)}:6B035E6A::sig");
        Assert.Equal(["webauthn", "u2f", "yubico"], challenge.Kinds);
        Assert.Equal("""{"publicKey":{"challenge":"a:b"}}""", challenge.WebAuthn);
        Assert.Equal("""{"challenge":"c"}""", challenge.U2f);
        Assert.False(challenge.AcceptsTotp);
        Assert.False(challenge.AcceptsRecovery);
    }

    [Theory]
    [InlineData("PVE:!tfa!:6B035919::sig")]
    [InlineData("PVE:!tfa!{broken:6B035919::sig")]
    [InlineData("PVE:!tfa![]:6B035919::sig")]
    [InlineData("PVE:!tfa!")]
    [InlineData("other")]
    public void Parse_Unreadable_StillAllowsATry(string ticket) => Assert.Empty(SecondFactorChallenge.Parse("root@pam", ticket).Kinds);

    [Fact]
    public void Wire_OfEachResponse_IsTheServersForm()
    {
        Assert.Equal("totp:123456", SecondFactorResponse.Totp(" 123 456 ").Wire);
        Assert.Equal("recovery:aaaa-bbbb-cccc-dddd", SecondFactorResponse.Recovery("aaaa-bbbb-cccc-dddd ").Wire);
        Assert.Equal("yubico:cccccc", SecondFactorResponse.Yubico("cccccc").Wire);
        Assert.Equal("webauthn:{\"id\":\"x\"}", SecondFactorResponse.WebAuthn("{\"id\":\"x\"}").Wire);
        Assert.Equal("u2f:{}", SecondFactorResponse.U2f("{}").Wire);
        Assert.Equal("new:a:b", SecondFactorResponse.Raw("new:a:b").Wire);
        Assert.Throws<ArgumentException>(() => SecondFactorResponse.Raw("123456"));
        Assert.Throws<ArgumentException>(() => SecondFactorResponse.Totp(" "));
    }
}
