using System.Net;
using System.Text;
using ProxSharp.Authentication;

namespace ProxSharp.Core.Tests.Authentication;

[Trait("Acceptance", "4")]
public sealed class TicketTests
{
    private const string User = "alice@pve";

    public static TheoryData<bool> Ways => [false, true];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_FirstOne_LogsInAndSendsCookieAndCsrf(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        Assert.Equal(200, await client.CallAsync(synchronous));
        Assert.Equal(200, await client.CallAsync(synchronous, "POST", Form("a=1"), "/pools"));
        Assert.Equal(200, await client.CallAsync(synchronous, "DELETE", null, "/pools/x"));
        IReadOnlyDictionary<string, string> login = Assert.Single(client.Server.Logins);
        Assert.Equal(User, login["username"]);
        Assert.Equal(FakeServer.Password, login["password"]);
        SeenRequest[] calls = [.. client.Server.Calls];
        Assert.All(calls, static call => Assert.StartsWith("PVEAuthCookie=PVE%3Aalice%40pve%3A", call.Cookie, StringComparison.Ordinal));
        Assert.Equal([null, "CSRF:1", "CSRF:1"], calls.Select(static call => call.Csrf));
        Assert.All(calls, static call => Assert.Null(call.Authorization));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_AfterHalfTheLife_RenewsWithTheTicketItself(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        await client.CallAsync(synchronous);
        client.Time.Advance(TimeSpan.FromMinutes(59));
        await client.CallAsync(synchronous);
        Assert.Single(client.Server.Logins);
        for (int hour = 0; hour < 5; hour++)
        {
            client.Time.Advance(TimeSpan.FromMinutes(hour == 0 ? 2 : 61));
            Assert.Equal(200, await client.CallAsync(synchronous));
        }

        IReadOnlyDictionary<string, string>[] logins = [.. client.Server.Logins];
        Assert.Equal(6, logins.Length);
        Assert.Equal(FakeServer.Password, logins[0]["password"]);
        Assert.All(logins[1..], static login => Assert.StartsWith("PVE:alice@pve:", login["password"], StringComparison.Ordinal));
        Assert.Equal(5, logins[1..].Select(static login => login["password"]).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_AfterTwoIdleHours_UsesThePassword(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        await client.CallAsync(synchronous);
        client.Time.Advance(TimeSpan.FromHours(2.5));
        Assert.Equal(200, await client.CallAsync(synchronous));
        Assert.Equal([FakeServer.Password, FakeServer.Password], client.Server.Logins.Select(static login => login["password"]));
        Assert.Equal(2, client.Server.Calls.Count); // No call went out with the dead ticket.
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_TicketNoLongerAccepted_LogsInAndRepeatsOnce(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        await client.CallAsync(synchronous);
        client.Server.ForgetTickets();
        Assert.Equal(200, await client.CallAsync(synchronous, "PUT", Form("comment=x"), "/pools/p"));
        Assert.Equal([FakeServer.Password, FakeServer.Password], client.Server.Logins.Select(static login => login["password"]));
        SeenRequest[] calls = [.. client.Server.Calls];
        Assert.Equal(["", "comment=x", "comment=x"], calls.Select(static call => call.Body));
        Assert.Equal(["CSRF:1", "CSRF:2"], calls[1..].Select(static call => call.Csrf!));
        Assert.NotEqual(calls[1].Cookie, calls[2].Cookie);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_RefusedTwice_EndsWith401(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        await client.CallAsync(synchronous);
        client.Server.OnCall = static _ => FakeServer.NoTicket();
        Assert.Equal(401, await client.CallAsync(synchronous));
        Assert.Equal(2, client.Server.Logins.Count);
        Assert.Equal(3, client.Server.Calls.Count);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_RefusedRightAfterItsOwnLogin_IsNotRepeated(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        client.Server.OnCall = static _ => FakeServer.NoTicket();
        Assert.Equal(401, await client.CallAsync(synchronous));
        Assert.Single(client.Server.Logins);
        Assert.Single(client.Server.Calls);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_Forbidden_NeverLogsIn(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        client.Server.OnCall = static _ => new HttpResponseMessage(HttpStatusCode.Forbidden);
        Assert.Equal(403, await client.CallAsync(synchronous));
        Assert.Equal(403, await client.CallAsync(synchronous));
        Assert.Single(client.Server.Logins);
        Assert.Equal(2, client.Server.Calls.Count);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_401OfTheCallItself_NeverLogsIn(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        client.Server.OnCall = static _ => FakeServer.Json("""{"data":null,"message":"authentication failure\n"}""", HttpStatusCode.Unauthorized);
        Assert.Equal(401, await client.CallAsync(synchronous, "PUT", Form("password=x"), "/access/password"));
        Assert.Equal(401, await client.CallAsync(synchronous, "PUT", Form("password=x"), "/access/password"));
        Assert.Single(client.Server.Logins);
        Assert.Equal(2, client.Server.Calls.Count);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Call_RenewalRefused_UsesThePassword(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        await client.CallAsync(synchronous);
        client.Server.ForgetTickets();
        client.Time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(200, await client.CallAsync(synchronous));
        string[] passwords = [.. client.Server.Logins.Select(static login => login["password"])];
        Assert.Equal(3, passwords.Length);
        Assert.StartsWith("PVE:", passwords[1], StringComparison.Ordinal);
        Assert.Equal(FakeServer.Password, passwords[2]);
        Assert.Equal(2, client.Server.Calls.Count);
    }

    [Theory]
    [InlineData(false, 596)]
    [InlineData(true, 596)]
    [InlineData(false, 500)]
    [InlineData(false, 0)]
    public async Task Call_RenewalFails_GoesOnWithTheTicketAndTriesAgainLater(bool synchronous, int status)
    {
        using AuthenticatedClient client = Client();
        await client.CallAsync(synchronous);
        client.Time.Advance(TimeSpan.FromMinutes(61));
        client.Server.OnLogin = _ => status == 0 ? throw new HttpRequestException("gone") : new HttpResponseMessage((HttpStatusCode)status);
        Assert.Equal(200, await client.CallAsync(synchronous));
        Assert.Equal(200, await client.CallAsync(synchronous));
        Assert.Equal(2, client.Server.Logins.Count);
        client.Time.Advance(TimeSpan.FromSeconds(61));
        client.Server.OnLogin = static _ => null;
        Assert.Equal(200, await client.CallAsync(synchronous));
        Assert.Equal(3, client.Server.Logins.Count);
        Assert.All(client.Server.Logins.Skip(1), static login => Assert.StartsWith("PVE:", login["password"], StringComparison.Ordinal));
        Assert.Contains(client.Log.Lines, static line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Calls_SynchronousAndAsynchronousAtOnce_LogInOnce()
    {
        using AuthenticatedClient client = Client();
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Server.LoginGate = gate.Task;
        Task<int>[] calls = [.. Enumerable.Range(0, 24).Select(number => Task.Run(() => client.CallAsync(number % 3 == 0)))];
        gate.SetResult();
        Assert.All(await Task.WhenAll(calls), static status => Assert.Equal(200, status));
        Assert.Single(client.Server.Logins);
        client.Server.ForgetTickets();
        calls = [.. Enumerable.Range(0, 24).Select(number => Task.Run(() => client.CallAsync(number % 3 == 0)))];
        Assert.All(await Task.WhenAll(calls), static status => Assert.Equal(200, status));
        Assert.Equal(2, client.Server.Logins.Count);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Calls_WhileAnotherRenews_GoOnWithTheTicketTheyHave(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        await client.CallAsync(synchronous);
        client.Time.Advance(TimeSpan.FromMinutes(61));
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Server.LoginGate = gate.Task;
        Task<int> renewing = client.CallAsync(synchronous: false);
        Assert.Equal(200, await client.CallAsync(synchronous));
        Assert.False(renewing.IsCompleted);
        gate.SetResult();
        Assert.Equal(200, await renewing);
        Assert.Equal(2, client.Server.Logins.Count);
    }

    [Fact]
    public async Task Calls_WaitingForALoginThatFails_ShareItsFailure()
    {
        using AuthenticatedClient client = new(ProxmoxCredentials.Password(User, "wrong"));
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Server.LoginGate = gate.Task;
        Task<int>[] calls = [.. Enumerable.Range(0, 8).Select(_ => client.CallAsync(synchronous: false))];
        gate.SetResult();
        foreach (Task<int> call in calls)
        {
            ProxmoxAuthenticationException exception = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => call);
            Assert.Contains(User, exception.Message, StringComparison.Ordinal);
        }

        Assert.Single(client.Server.Logins);
        await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => client.CallAsync(synchronous: false));
        Assert.Equal(2, client.Server.Logins.Count);
    }

    [Fact]
    public async Task Call_CancelledWhileWaitingForALogin_EndsAtOnce()
    {
        using AuthenticatedClient client = Client();
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Server.LoginGate = gate.Task;
        Task<int> first = client.CallAsync(synchronous: false);
        using CancellationTokenSource cancellation = new();
        Task<int> second = client.CallAsync(synchronous: false, cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        gate.SetResult();
        Assert.Equal(200, await first);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Upload_TicketNoLongerAccepted_IsNotRepeated(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        await client.CallAsync(synchronous);
        client.Server.ForgetTickets();
        Assert.Equal(401, await client.CallAsync(synchronous, "POST", OneShot("data"), "/nodes/pve1/storage/local/upload"));
        Assert.Equal(2, client.Server.Calls.Count);
        Assert.Equal(200, await client.CallAsync(synchronous));
        Assert.Equal([FakeServer.Password, FakeServer.Password], client.Server.Logins.Select(static login => login["password"]));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Upload_WithAnOlderTicket_RenewsItFirst(bool synchronous)
    {
        using AuthenticatedClient client = Client();
        await client.CallAsync(synchronous);
        client.Time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(200, await client.CallAsync(synchronous, "POST", OneShot("data"), "/nodes/pve1/storage/local/upload"));
        Assert.Single(client.Server.Logins);
        client.Time.Advance(TimeSpan.FromMinutes(2));
        client.Server.ForgetTickets();
        Assert.Equal(200, await client.CallAsync(synchronous, "POST", OneShot("data"), "/nodes/pve1/storage/local/upload"));
        Assert.Equal(3, client.Server.Logins.Count); // The renewal that was refused, and the password.
        Assert.Equal(["", "data", "data"], client.Server.Calls.Select(static call => call.Body));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Ticket_FromElsewhere_IsRenewedButNotReplaced(bool synchronous)
    {
        DateTimeOffset start = new(2026, 7, 1, 8, 0, 0, TimeSpan.Zero);
        string ticket = $"PVE:{User}:{start.ToUnixTimeSeconds():X8}::sig";
        using AuthenticatedClient client = new(ProxmoxCredentials.Ticket(ticket, "CSRF:given"));
        client.Server.OnCall = call => call.Cookie == $"PVEAuthCookie={Uri.EscapeDataString(ticket)}" ? FakeServer.Json("{}") : null;
        Assert.Equal(200, await client.CallAsync(synchronous, "POST", Form("a=1"), "/pools"));
        Assert.Equal("CSRF:given", client.Server.Calls.Last().Csrf);
        Assert.Empty(client.Server.Logins);

        client.Time.Advance(TimeSpan.FromMinutes(61));
        client.Server.OnLogin = parameters => parameters["password"] == ticket ? client.Server.Success(User) : null;
        Assert.Equal(200, await client.CallAsync(synchronous));
        Assert.Equal(ticket, Assert.Single(client.Server.Logins)["password"]);

        client.Server.ForgetTickets();
        Assert.Equal(401, await client.CallAsync(synchronous)); // In the server's own words; from then on nothing is sent any more.
        int calls = client.Server.Calls.Count;
        ProxmoxAuthenticationException exception = await Assert.ThrowsAsync<ProxmoxAuthenticationException>(() => client.CallAsync(synchronous));
        Assert.Equal(calls, client.Server.Calls.Count);
        Assert.Contains("does not accept the ticket of alice@pve, issued 2026-07-01 08:00:00Z, any more", exception.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, exception.StatusCode);
    }

    private static AuthenticatedClient Client() => new(ProxmoxCredentials.Password(User, FakeServer.Password));

    private static StringContent Form(string body) => new(body, Encoding.ASCII, "application/x-www-form-urlencoded");

    private static StreamContent OneShot(string body) => new(new MemoryStream(Encoding.ASCII.GetBytes(body)));
}
