using System.Net;
using ProxSharp.Authentication;

namespace ProxSharp.Core.Tests.Authentication;

[Trait("Acceptance", "18")]
public sealed class BackupServerLoginTests
{
    public static TheoryData<bool> Ways => [false, true];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Login_IsJsonAndTheCookieHasItsName(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        Assert.Equal(200, await client.CallAsync(synchronous, "POST", new StringContent("{}"), "/admin/prune"));
        Assert.Equal("golden@pbs", Assert.Single(client.Server.Logins)["username"]); // The fake server reads JSON only.
        SeenRequest call = Assert.Single(client.Server.Calls);
        Assert.StartsWith("PBSAuthCookie=PBS%3Agolden%40pbs%3A", call.Cookie, StringComparison.Ordinal);
        Assert.Equal("CSRF:1", call.Csrf);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Login_TicketAsCookieOnly_UsesTheServersCookie(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        string ticket = "";
        client.Server.OnLogin = _ =>
        {
            ticket = client.Server.Issue("golden@pbs");
            HttpResponseMessage response = FakeServer.Json("""{"data":{"username":"golden@pbs","ticket-info":"PBS:golden@pbs:6B035B61","CSRFPreventionToken":"C"}}""");
            response.Headers.Add("Set-Cookie", ["other=1; Path=/", $"__Host-PBSAuthCookie={Uri.EscapeDataString(ticket)}; Secure; SameSite=Lax; HttpOnly; Path=/;"]);
            return response;
        };
        Assert.Equal(200, await client.CallAsync(synchronous));
        Assert.Equal($"__Host-PBSAuthCookie={Uri.EscapeDataString(ticket)}", client.Server.Calls.Last().Cookie);
        string first = ticket;
        client.Time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(200, await client.CallAsync(synchronous));
        Assert.Equal(first, client.Server.Logins.Last()["password"]);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    [Trait("Acceptance", "5")]
    public async Task Login_HalfTicketWithoutAFlag_AsksForTheSecondFactor(bool synchronous)
    {
        const string half = "PBS:!tfa!{\"totp\"%3Atrue,\"recovery\"%3A[0,1]}:6B035E6A::sig";
        using AuthenticatedClient client = Client(SecondFactor.FromCallback(static _ => SecondFactorResponse.Totp("673191")));
        client.Server.OnLogin = parameters => parameters.ContainsKey("tfa-challenge")
            ? client.Server.Success(parameters["username"])
            : FakeServer.Json("{\"data\":{\"CSRFPreventionToken\":\"invalid\",\"ticket\":" + System.Text.Json.JsonSerializer.Serialize(half) + ",\"username\":\"golden@pbs\"}}");
        Assert.Equal(200, await client.CallAsync(synchronous));
        Assert.Equal("totp:673191", client.Server.Logins.Last()["password"]);
        Assert.Equal(half, client.Server.Logins.Last()["tfa-challenge"]);
    }

    [Fact]
    public async Task Login_Refused_ReadsThePlainText()
    {
        using AuthenticatedClient client = Client();
        client.Server.OnLogin = static _ => FakeServer.Json("permission check failed.", HttpStatusCode.Unauthorized);
        ProxmoxAuthenticationException exception = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => client.CallAsync(synchronous: false));
        Assert.StartsWith("Login as golden@pbs at pbs1:8007 failed: permission check failed. Check", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_OldOneTimePassword_IsNotForThisProduct()
    {
        using AuthenticatedClient client = Client(SecondFactor.FromOneTimePassword(SecretSource.FromValue("123456")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.CallAsync(synchronous: false));
        Assert.Empty(client.Server.Logins);
    }

    private static AuthenticatedClient Client(SecondFactor? factor = null)
        => new(ProxmoxCredentials.Password("golden@pbs", FakeServer.Password, factor), ProxmoxProduct.BackupServer, "https://pbs1:8007");
}
