using ProxSharp.Authentication;

namespace ProxSharp.Core.Tests.Authentication;

public sealed class CredentialsTests
{
    private const string Secret = "S3cret-value";

    [Theory]
    [InlineData("root")]
    [InlineData("@pam")]
    [InlineData("root@")]
    [InlineData("root@pam!ci")]
    public void Password_UserInAnotherForm_IsRefused(string user)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => ProxmoxCredentials.Password(user, Secret));
        Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root@pam")]
    [InlineData("root!ci")]
    [InlineData("root@pam!")]
    [InlineData("@pam!ci")]
    [InlineData("root@pam!ci=S3cret-value")]
    [InlineData("root@pam!ci:S3cret-value")]
    public void ApiToken_IdInAnotherForm_IsRefusedWithoutShowingASecret(string id)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => ProxmoxCredentials.ApiToken(id, Secret));
        Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("PVE:!tfa!{\"totp\"%3Atrue}:6B035919::sig")]
    [InlineData("XYZ:root@pam:6B035919::sig")]
    public void Ticket_OtherText_IsRefusedWithoutShowingIt(string ticket)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => ProxmoxCredentials.Ticket(ticket, null));
        Assert.DoesNotContain(ticket, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void User_OfEachKind_IsKnown()
    {
        Assert.Equal("", ProxmoxCredentials.None.User);
        Assert.Equal("admin@my-realm", ProxmoxCredentials.Password("admin@my-realm", Secret).User);
        Assert.Equal("a@b@pve", ProxmoxCredentials.Password("a@b@pve", Secret).User);
        Assert.Equal("root@pam!ci", ProxmoxCredentials.ApiToken("root@pam!ci", Secret).User);
        Assert.Equal("we:ird@pve", ProxmoxCredentials.Ticket("PVE:we%3Aird@pve:6B035919::sig", null).User);
    }

    [Fact]
    [Trait("Acceptance", "19")]
    public void ToString_OfAnythingSecret_ShowsStarsOnly()
    {
        object[] all =
        [
            ProxmoxCredentials.Password("root@pam", Secret, SecondFactor.FromOneTimePassword(SecretSource.FromValue(Secret))),
            ProxmoxCredentials.ApiToken("root@pam!ci", Secret),
            ProxmoxCredentials.Ticket($"PVE:root@pam:6B035919::{Secret}", Secret),
            SecretSource.FromValue(Secret),
            SecretSource.FromExec("tool", Secret),
            SecondFactor.FromOneTimePassword(SecretSource.FromValue(Secret)),
            SecondFactorResponse.Totp(Secret),
            SecondFactorResponse.Recovery(Secret),
            SecondFactorResponse.Raw($"new:{Secret}"),
            SecondFactorChallenge.Parse("root@pam", $"PVE:!tfa!{{\"totp\"%3Atrue}}:6B035919::{Secret}"),
            SessionTicket.Create(ProxmoxProduct.VirtualEnvironment, "root@pam", $"PVE:root@pam:6B035919::{Secret}", Secret, DateTimeOffset.UnixEpoch),
            new TicketGrant(SessionTicket.Create(ProxmoxProduct.VirtualEnvironment, "root@pam", Secret, Secret, DateTimeOffset.UnixEpoch), true),
            new LoginReply(Secret, Secret, Secret, false),
        ];
        Assert.All(all, static item => Assert.DoesNotContain(Secret, item.ToString(), StringComparison.Ordinal));
        Assert.Contains("***", ProxmoxCredentials.Password("root@pam", Secret).ToString(), StringComparison.Ordinal);
    }
}
