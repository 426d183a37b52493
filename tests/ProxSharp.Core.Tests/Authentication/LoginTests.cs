using System.Net;
using System.Text;
using ProxSharp.Authentication;

namespace ProxSharp.Core.Tests.Authentication;

public sealed class LoginTests
{
    private const string Challenge = "PVE:!tfa!{\"recovery\"%3A[1,2],\"totp\"%3Atrue}:6B035919::sig";

    public static TheoryData<bool> Ways => [false, true];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Login_Refused_NamesUserServerRealmAndNextStep(bool synchronous)
    {
        using AuthenticatedClient client = new(ProxmoxCredentials.Password("bob@ldap1", "wrong-password"));
        ProxmoxAuthenticationException exception = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => client.CallAsync(synchronous));
        Assert.Equal(
            "Login as bob@ldap1 at pve1:8006 failed: authentication failure. Check the user name, the realm 'ldap1' and the password; the server does not say which of them is wrong.",
            exception.Message);
        Assert.Equal(HttpStatusCode.Unauthorized, exception.StatusCode);
        Assert.Equal("/access/ticket", exception.Path);
        Assert.Equal("authentication failure", exception.ServerMessage);
        Assert.Empty(client.Server.Calls);
    }

    [Theory]
    [InlineData(595, "Connection refused", typeof(ProxmoxConnectionException))]
    [InlineData(596, "Connection timed out", typeof(ProxmoxConnectionException))]
    [InlineData(503, "Service Unavailable", typeof(ProxmoxConnectionException))]
    [InlineData(500, "internal error", typeof(ProxmoxApiException))]
    [InlineData(501, "Method 'POST /access/ticket' not implemented", typeof(ProxmoxApiException))]
    public async Task Login_OtherFailures_KeepWhatTheServerSaid(int status, string reason, Type type)
    {
        using AuthenticatedClient client = new(ProxmoxCredentials.Password("root@pam", FakeServer.Password));
        client.Server.OnLogin = _ => new HttpResponseMessage((HttpStatusCode)status) { ReasonPhrase = reason };
        ProxmoxException exception = (ProxmoxException)await Assert.ThrowsAsync(type, () => client.CallAsync(synchronous: false));
        Assert.Equal($"Login as root@pam at pve1:8006 failed: {status} {reason}.", exception.Message);
        Assert.True(exception.IsTransient);
    }

    [Theory]
    [InlineData("<html>hello</html>")]
    [InlineData("")]
    [InlineData("{\"data\":{\"tick")]
    [InlineData("{\"data\":null}")]
    [InlineData("{\"data\":{\"username\":\"root@pam\"}}")]
    [InlineData("[]")]
    public async Task Login_AnswerThatIsNone_IsAProtocolError(string body)
    {
        using AuthenticatedClient client = new(ProxmoxCredentials.Password("root@pam", FakeServer.Password));
        client.Server.OnLogin = _ => FakeServer.Json(body);
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => client.CallAsync(synchronous: false));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Login_NoConnection_SaysThatTheCallWasNotMade(bool synchronous)
    {
        using AuthenticatedClient client = new(ProxmoxCredentials.Password("root@pam", FakeServer.Password));
        client.Server.OnLogin = static _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused (pve1:8006)");
        ProxmoxConnectionException exception = await Assert.ThrowsAsync<ProxmoxConnectionException>(() => client.CallAsync(synchronous, "POST", new StringContent("a=1"), "/pools"));
        Assert.False(exception.OutcomeUnknown);
        Assert.True(exception.IsTransient);
        Assert.Contains("Unable to log in at pve1:8006: no connection (Connection refused", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_CertificateRefused_KeepsItsText()
    {
        ProxmoxConnectionException verdict = new("The certificate of pve1:8006 is not trusted") { IsCertificateProblem = true };
        using AuthenticatedClient client = new(ProxmoxCredentials.Password("root@pam", FakeServer.Password));
        client.Server.OnLogin = _ => throw new HttpRequestException("tls", new InvalidOperationException("inner", verdict));
        Assert.Same(verdict, await Assert.ThrowsAsync<ProxmoxConnectionException>(() => client.CallAsync(synchronous: false)));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    [Trait("Acceptance", "5")]
    public async Task SecondFactor_Callback_AnswersTheChallenge(bool synchronous)
    {
        SecondFactorChallenge? asked = null;
        SecondFactor factor = SecondFactor.FromCallback(challenge =>
        {
            asked = challenge;
            return SecondFactorResponse.Totp("123456");
        });
        using AuthenticatedClient client = Challenging(factor);
        Assert.Equal(200, await client.CallAsync(synchronous));
        Assert.Equal([1, 2], asked!.RecoveryKeys);
        Assert.True(asked.AcceptsTotp);
        IReadOnlyDictionary<string, string>[] logins = [.. client.Server.Logins];
        Assert.Equal(2, logins.Length);
        Assert.Equal(["username", "password"], logins[0].Keys);
        Assert.Equal(["username", "password", "tfa-challenge"], logins[1].Keys);
        Assert.Equal("totp:123456", logins[1]["password"]);
        Assert.Equal(Challenge, logins[1]["tfa-challenge"]);
    }

    [Fact]
    [Trait("Acceptance", "5")]
    public async Task SecondFactor_AsynchronousCallback_NeedsAsynchronousCalls()
    {
        SecondFactor factor = SecondFactor.FromCallback(static (_, _) => ValueTask.FromResult(SecondFactorResponse.Recovery("aaaa-bbbb-cccc-dddd")));
        using AuthenticatedClient client = Challenging(factor);
        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(() => client.CallAsync(synchronous: true));
        Assert.Contains("asynchronous", exception.Message, StringComparison.Ordinal);
        Assert.Equal(200, await client.CallAsync(synchronous: false));
        Assert.Equal("recovery:aaaa-bbbb-cccc-dddd", client.Server.Logins.Last()["password"]);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    [Trait("Acceptance", "5")]
    public async Task SecondFactor_NoCallback_SaysWhatIsMissing(bool synchronous)
    {
        using AuthenticatedClient client = Challenging(null);
        ProxmoxAuthenticationException exception = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => client.CallAsync(synchronous));
        Assert.StartsWith("root@pam needs a second factor (recovery, totp) to log in at pve1:8006, and none was supplied.", exception.Message, StringComparison.Ordinal);
        Assert.Contains("API token", exception.Message, StringComparison.Ordinal);
        Assert.Single(client.Server.Logins);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    [Trait("Acceptance", "5")]
    public async Task SecondFactor_Refused_SaysSo(bool synchronous)
    {
        using AuthenticatedClient client = Challenging(SecondFactor.FromCallback(static _ => SecondFactorResponse.Totp("000000")));
        ProxmoxAuthenticationException exception = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => client.CallAsync(synchronous));
        Assert.Contains("The second factor was not accepted", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("000000", exception.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, client.Server.Logins.Count);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    [Trait("Acceptance", "5")]
    public async Task SecondFactor_OldParameter_GoesWithThePassword(bool synchronous)
    {
        using AuthenticatedClient client = new(ProxmoxCredentials.Password("root@pam", FakeServer.Password, SecondFactor.FromOneTimePassword(SecretSource.FromValue("ccccccdef"))));
        Assert.Equal(200, await client.CallAsync(synchronous));
        Assert.Equal("ccccccdef", Assert.Single(client.Server.Logins)["otp"]);
    }

    [Fact]
    [Trait("Acceptance", "5")]
    public async Task SecondFactor_OldParameterWhereAChallengeComes_SaysWhatIsMissing()
    {
        using AuthenticatedClient client = Challenging(SecondFactor.FromOneTimePassword(SecretSource.FromValue("ccccccdef")));
        ProxmoxAuthenticationException exception = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => client.CallAsync(synchronous: false));
        Assert.Contains("a one-time password sent along does not answer it", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    [Trait("Acceptance", "5")]
    public async Task SecondFactor_AfterTheTicketRanOut_IsAskedAgain(bool synchronous)
    {
        int asked = 0;
        SecondFactor factor = SecondFactor.FromCallback(_ => SecondFactorResponse.Totp(++asked > 0 ? "123456" : ""));
        using AuthenticatedClient client = Challenging(factor);
        await client.CallAsync(synchronous);
        client.Time.Advance(TimeSpan.FromMinutes(61));
        await client.CallAsync(synchronous);
        Assert.Equal(1, asked); // A renewal asks nobody.
        client.Time.Advance(TimeSpan.FromHours(3));
        await client.CallAsync(synchronous);
        Assert.Equal(2, asked);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task None_Credentials_SendNothing(bool synchronous)
    {
        using AuthenticatedClient client = new(ProxmoxCredentials.None);
        Assert.Equal(401, await client.CallAsync(synchronous));
        Assert.Empty(client.Server.Logins);
        SeenRequest call = Assert.Single(client.Server.Calls);
        Assert.Null(call.Cookie);
        Assert.Null(call.Authorization);
    }

    [Theory]
    [InlineData("GET", "/access/domains")]
    [InlineData("GET", "/access/ticket")]
    [InlineData("POST", "/access/openid/auth-url")]
    [InlineData("POST", "/access/openid/login")]
    [InlineData("POST", "/access/vncticket")]
    [InlineData("GET", "/ping")]
    public async Task OpenEndpoint_NeedsNoLogin(string verb, string path)
    {
        using AuthenticatedClient client = new(ProxmoxCredentials.Password("root@pam", FakeServer.Password));
        client.Server.OnCall = static _ => FakeServer.Json("{}");
        Assert.Equal(200, await client.CallAsync(synchronous: false, verb, null, path));
        Assert.Empty(client.Server.Logins);
        Assert.Null(Assert.Single(client.Server.Calls).Cookie);
    }

    [Theory]
    [InlineData("POST", "/access/domains")]
    [InlineData("DELETE", "/access/ticket")]
    [InlineData("GET", "/nodes/ping")]
    [InlineData("GET", "/access/domains/pam")]
    public async Task OtherEndpoint_NeedsALogin(string verb, string path)
    {
        using AuthenticatedClient client = new(ProxmoxCredentials.Password("root@pam", FakeServer.Password));
        await client.CallAsync(synchronous: false, verb, null, path);
        Assert.Single(client.Server.Logins);
    }

    [Fact]
    public async Task Login_BehindAPathPrefix_StaysThere()
    {
        using AuthenticatedClient client = new(ProxmoxCredentials.Password("root@pam", FakeServer.Password), root: "https://gateway/pve");
        Assert.Equal(200, await client.CallAsync(synchronous: false));
        Assert.Single(client.Server.Logins);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    [Trait("Acceptance", "19")]
    public async Task Login_OfAnyOutcome_LeavesNoSecretInLogsOrTexts(bool synchronous)
    {
        StringBuilder texts = new();
        using AuthenticatedClient good = new(ProxmoxCredentials.Password("root@pam", FakeServer.Password));
        await good.CallAsync(synchronous);
        good.Time.Advance(TimeSpan.FromMinutes(61));
        await good.CallAsync(synchronous);
        good.Server.ForgetTickets();
        await good.CallAsync(synchronous);
        good.Time.Advance(TimeSpan.FromMinutes(61));
        good.Server.OnLogin = static _ => throw new HttpRequestException("gone");
        await good.CallAsync(synchronous);
        texts.AppendJoin('\n', good.Log.Lines);
        Assert.True(good.Log.Lines.Count >= 4, texts.ToString());

        using AuthenticatedClient refused = Challenging(SecondFactor.FromCallback(static _ => SecondFactorResponse.Totp("000111")));
        texts.Append(await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => refused.CallAsync(synchronous)));
        using AuthenticatedClient without = Challenging(null);
        texts.Append(await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => without.CallAsync(synchronous)));
        string all = texts.ToString();
        Assert.All([FakeServer.Password, "sig", "CSRF:", "000111", "!tfa!"], secret => Assert.DoesNotContain(secret, all, StringComparison.Ordinal));
    }

    private static AuthenticatedClient Challenging(SecondFactor? factor)
    {
        AuthenticatedClient client = new(ProxmoxCredentials.Password("root@pam", FakeServer.Password, factor));
        client.Server.OnLogin = parameters =>
        {
            bool second = parameters.ContainsKey("tfa-challenge");
            if (second)
            {
                return parameters["password"] is "totp:123456" or "recovery:aaaa-bbbb-cccc-dddd" && parameters["tfa-challenge"] == Challenge
                    ? client.Server.Success("root@pam")
                    : FakeServer.Json("""{"data":null,"message":"authentication failure\n"}""", HttpStatusCode.Unauthorized);
            }

            return parameters["password"] == FakeServer.Password
                ? FakeServer.Json("{\"data\":{\"NeedTFA\":1,\"ticket\":" + System.Text.Json.JsonSerializer.Serialize(Challenge) + ",\"username\":\"root@pam\"}}")
                : null;
        };
        return client;
    }
}
