using Microsoft.Extensions.Logging;
using ProxSharp.AccessControl;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Pbs.AccessControl;
using ProxSharp.Pbs.Api;

namespace ProxSharp.Pbs.Tests;

/// <summary>What the caller may do, told before the call; API tokens with their secret.</summary>
public sealed class AccessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Can_PrivilegesOnAPath_AreThoseOfTheServer(bool sync)
    {
        using StubPbs stub = new("""{"/datastore/store1":{"Datastore.Audit":true,"Datastore.Backup":false}}""");
        Assert.True((await Can("Datastore.Backup", "Datastore.Audit")).IsAllowed);
        Assert.Equal("GET /access/permissions path=/datastore/store1", stub.LastCall);
        PermissionVerdict verdict = await Can("Datastore.Audit", "Datastore.Modify");
        Assert.False(verdict.IsAllowed);
        Assert.Equal(["Datastore.Modify"], Assert.Single(verdict.Missing).Privileges);
        Assert.Equal("GET /access/permissions auth-id=ci@pbs path=/datastore/store1", stub.LastCall);
        Assert.Equal(TokenLimit.UserLacksItToo, verdict.TokenLimit);

        Task<PermissionVerdict> Can(params string[] privileges) => stub.RunAsync(
            sync, () => stub.Pbs.Access.Can("/datastore/store1", privileges, Token), () => stub.Pbs.Access.CanAsync("/datastore/store1", privileges, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Can_PathWithoutPrivileges_IsRefused(bool sync)
    {
        using StubPbs stub = new("{}");
        Assert.False((await stub.RunAsync(sync, () => stub.Pbs.Access.Can("/tape", ["Tape.Read"], Token), () => stub.Pbs.Access.CanAsync("/tape", ["Tape.Read"], Token))).IsAllowed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Can_WithoutPathOrPrivileges_SendsNothing(bool sync)
    {
        using StubPbs stub = new("{}");
        await Assert.ThrowsAnyAsync<ArgumentException>(() => stub.RunAsync(sync, () => stub.Pbs.Access.Can(null!, ["Tape.Read"], Token), () => stub.Pbs.Access.CanAsync(null!, ["Tape.Read"], Token)));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => stub.RunAsync(sync, () => stub.Pbs.Access.Can("", ["Tape.Read"], Token), () => stub.Pbs.Access.CanAsync("", ["Tape.Read"], Token)));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => stub.RunAsync(sync, () => stub.Pbs.Access.Can("/", null!, Token), () => stub.Pbs.Access.CanAsync("/", null!, Token)));
        await Assert.ThrowsAsync<ArgumentException>(
            () => stub.RunAsync(sync, () => stub.Pbs.Access.Can(ApiMethod.Post, "/nonsense", null, Token), () => stub.Pbs.Access.CanAsync(ApiMethod.Post, "/nonsense", null, Token)));
        Assert.Empty(stub.Handler.Calls);
    }

    [Theory]
    [InlineData("GET", "/admin/datastore/store1/status", true)]
    [InlineData("POST", "/admin/datastore/store1/gc", false)]
    [InlineData("DELETE", "/config/datastore/store1", false)]
    [InlineData("GET", "/nodes/localhost/status", true)]
    [InlineData("POST", "/nodes/localhost/status", false)]
    [InlineData("PUT", "/access/users/demo@pbs/unlock-tfa", false)]
    [InlineData("GET", "/ping", true)]
    public async Task Can_ACall_IsWhatTheServerThenDecides(string verb, string path, bool expected)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        PbsClient auditor = server.Connect(ProxmoxCredentials.Password(SimulatedPbs.Auditor, SimulatedPbs.Password));
        ApiMethod method = Enum.Parse<ApiMethod>(verb, ignoreCase: true);
        PermissionVerdict sync = auditor.Access.Can(method, path, cancellationToken: Token);
        PermissionVerdict async = await auditor.Access.CanAsync(method, path, cancellationToken: Token);
        Assert.Equal((expected, expected), (sync.IsAllowed, async.IsAllowed));
        Assert.Equal(sync.Explanation, async.Explanation);
        ApiParameters parameters = path == "/nodes/localhost/status" && verb == "POST" ? new() { { "command", "reboot" } } : [];
        Exception? failure = await Record.ExceptionAsync(() => auditor.Raw.SendAsync(method, path, parameters, cancellationToken: Token));
        Assert.Equal(expected, failure is not ProxmoxPermissionException);
    }

    [Fact]
    public async Task Can_SeparatedTokenOfAnAbleUser_SaysWhoLacksWhat()
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync(static more => more
            .AddUser("able@pbs", SimulatedPbs.Password).Grant("/", "able@pbs", "Admin").AddToken("able@pbs", "t", SimulatedPbs.TokenSecret));
        PbsClient token = server.Connect(ProxmoxCredentials.ApiToken("able@pbs!t", SimulatedPbs.TokenSecret));
        PermissionVerdict verdict = await token.Access.CanAsync("/datastore/store1", ["Datastore.Backup"], Token);
        Assert.False(verdict.IsAllowed);
        Assert.Contains("The API token able@pbs!t lacks Datastore.Backup on /datastore/store1.", verdict.Explanation, StringComparison.Ordinal);
        Assert.NotEqual(TokenLimit.None, verdict.TokenLimit);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CreateToken_Secret_WorksAndIsNeverLogged(bool sync)
    {
        await using SimulatedPbs server = await SimulatedPbs.StartAsync();
        using LogSink sink = new();
        PbsClient admin = server.Connect(
            ProxmoxCredentials.Password("demo@pbs", "demo-password"), options => options with { LoggerFactory = sink });
        AccessUsersTokenCreateRequest request = new() { Comment = "of the test" };
        NewApiToken token = sync ? admin.Access.CreateToken("demo@pbs", "fresh", request, Token) : await admin.Access.CreateTokenAsync("demo@pbs", "fresh", request, Token);
        Assert.Equal(("demo@pbs!fresh", "demo@pbs!fresh"), (token.Id.ToString(), token.ToString()));
        Assert.NotEmpty(token.Secret);
        Assert.NotEmpty(sink.Text);
        Assert.DoesNotContain(token.Secret, sink.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("demo-password", sink.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(token.Secret, token.ToCredentials().ToString(), StringComparison.Ordinal);
        Assert.Matches(@"^\d", (await server.Connect(token.ToCredentials()).GetVersionAsync(Token)).Version);
        await Assert.ThrowsAsync<ProxmoxConflictException>(
            async () => _ = sync ? admin.Access.CreateToken("demo@pbs", "fresh", null, Token) : await admin.Access.CreateTokenAsync("demo@pbs", "fresh", null, Token));
        await Assert.ThrowsAsync<ProxmoxNotFoundException>(
            async () => _ = sync ? admin.Access.CreateToken("nosuch@pbs", "fresh", null, Token) : await admin.Access.CreateTokenAsync("nosuch@pbs", "fresh", null, Token));
    }

    [Fact]
    public async Task CreateToken_AnswerWithoutSecret_IsAProtocolError()
    {
        using StubPbs stub = new("""{"tokenid":"demo@pbs!fresh"}""");
        await Assert.ThrowsAsync<ProxmoxProtocolException>(() => stub.Pbs.Access.CreateTokenAsync("demo@pbs", "fresh", null, Token));
    }

    private sealed class LogSink : ILoggerFactory, ILogger
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = new();

        public string Text => string.Join('\n', _lines);

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
