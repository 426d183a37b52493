using ProxSharp.Authentication;

namespace ProxSharp.Core.Tests.Authentication;

public sealed class ApiTokenTests
{
    private const string Id = "root@pam!ci";

    public static TheoryData<bool> Ways => [false, true];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task VirtualEnvironment_Token_HasItsForm(bool synchronous)
    {
        SeenRequest call = await CallAsync(ProxmoxProduct.VirtualEnvironment, "8fa8f8ea-1259-4498-b302-0308f13f7c81", synchronous);
        Assert.Equal("PVEAPIToken=root@pam!ci=8fa8f8ea-1259-4498-b302-0308f13f7c81", call.Authorization);
        Assert.Null(call.Cookie);
        Assert.Null(call.Csrf);
    }

    [Theory]
    [InlineData("8fa8f8ea-1259-4498-b302-0308f13f7c81", "8fa8f8ea-1259-4498-b302-0308f13f7c81")]
    [InlineData("a:b=c+d/e", "a:b=c+d/e")]
    [InlineData("100%", "100%25")]
    [InlineData("q?{x}\"#<`>\u00e9", "q%3F%7Bx%7D%22%23%3C%60%3E%C3%A9")]
    [Trait("Acceptance", "18")]
    public async Task BackupServer_Token_HasAColonAndAnEncodedSecret(string secret, string wire)
    {
        SeenRequest call = await CallAsync(ProxmoxProduct.BackupServer, secret, synchronous: false);
        Assert.Equal($"PBSAPIToken=root@pam!ci:{wire}", call.Authorization);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    [Trait("Acceptance", "4")]
    public async Task Token_Refused_IsNeitherRenewedNorRepeated(bool synchronous)
    {
        using AuthenticatedClient client = new(ProxmoxCredentials.ApiToken(Id, "secret"));
        client.Server.OnCall = static _ => FakeServer.NoTicket();
        Assert.Equal(401, await client.CallAsync(synchronous));
        client.Time.Advance(TimeSpan.FromHours(10));
        Assert.Equal(401, await client.CallAsync(synchronous));
        Assert.Empty(client.Server.Logins);
        Assert.Equal(2, client.Server.Calls.Count);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Token_FromASource_IsReadOnce(bool synchronous)
    {
        int read = 0;
        SecretSource source = SecretSource.FromCallback(() =>
        {
            read++;
            return "from-source";
        });
        using AuthenticatedClient client = new(ProxmoxCredentials.ApiToken(Id, source));
        client.Server.OnCall = static _ => FakeServer.Json("{}");
        await client.CallAsync(synchronous);
        await client.CallAsync(synchronous, "POST", new StringContent("x=1"), "/pools");
        Assert.Equal(1, read);
        Assert.All(client.Server.Calls, static call => Assert.Equal("PVEAPIToken=root@pam!ci=from-source", call.Authorization));
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [Trait("Acceptance", "19")]
    public async Task Token_WithControlCharacters_IsRefusedWithoutShowingIt(string secret)
    {
        using AuthenticatedClient client = new(ProxmoxCredentials.ApiToken(Id, secret));
        ArgumentException exception = await Assert.ThrowsAsync<ArgumentException>(() => client.CallAsync(synchronous: false));
        Assert.DoesNotContain(secret, exception.ToString(), StringComparison.Ordinal);
    }

    private static async Task<SeenRequest> CallAsync(ProxmoxProduct product, string secret, bool synchronous)
    {
        using AuthenticatedClient client = new(ProxmoxCredentials.ApiToken(Id, secret), product);
        client.Server.OnCall = static _ => FakeServer.Json("{}");
        Assert.Equal(200, await client.CallAsync(synchronous, "POST", new StringContent("x=1"), "/pools"));
        Assert.Empty(client.Server.Logins);
        return Assert.Single(client.Server.Calls);
    }
}
