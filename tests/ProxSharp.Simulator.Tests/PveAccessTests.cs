using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Simulator.Access;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests;

/// <summary>Logins, tickets, tokens, permissions and parameter checks of Proxmox VE.</summary>
public sealed class PveAccessTests : IAsyncLifetime
{
    private static readonly byte[] s_secret = "12345678901234567890"u8.ToArray();

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 21, 0, 0, TimeSpan.Zero));
    private PveSimulator _simulator = null!;

    public async ValueTask InitializeAsync() => _simulator = await PveSimulator.StartAsync(new PveSimulatorOptions
    {
        TimeProvider = _time,
        Delays = false,
        Scenario = static cluster =>
        {
            DefaultCluster.Build(cluster);
            cluster.AddUser("bob@pve", "bob-password").AddToken("bob@pve", "t", "s").AddUser("careful@pve", "careful-password").AddTotp("careful@pve", s_secret)
                .AddRecoveryKeys("careful@pve", "1111-2222-3333-4444").AddUser("ops@pve", "ops-password", null, "operators").Grant("/pool/production", "@operators", "PVEVMUser")
                .AddToken("ops@pve", "wide", "s", privilegeSeparation: false).AddToken("ops@pve", "narrow", "s").Grant("/vms/100", "ops@pve!narrow", "PVEVMAdmin");
        },
    });

    public ValueTask DisposeAsync() => _simulator.DisposeAsync();

    [Fact]
    public async Task Login_WithAWrongPassword_IsRefusedAfterThreeSeconds()
    {
        await using PveSimulator patient = await PveSimulator.StartAsync(new PveSimulatorOptions { TimeProvider = _time }, TestContext.Current.CancellationToken);
        using TestClient client = new(patient.Endpoint);
        DateTimeOffset before = _time.GetUtcNow();

        TestReply reply = await TestClient.AdvanceUntilAsync(_time, patient.Traffic, () => client.PostAsync("/access/ticket", ("username", "root@pam"), ("password", "nope")));

        Assert.Equal((401, "authentication failure"), (reply.Status, reply.Reason));
        Assert.Equal("authentication failure\n", reply.Message);
        Assert.True(_time.GetUtcNow() - before >= TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData(null, "No ticket")]
    [InlineData("Bearer x", "No ticket")]
    [InlineData("pveapitoken=bob@pve!t=s", "No ticket")]
    [InlineData("PVEAPIToken=bob@pve!t=wrong", "Authentication failed!")]
    [InlineData("PVEAPIToken=nonsense", "Authentication failed!")]
    [InlineData("PVEAuthCookie=PVE:bob@pve:00000000::x", "Authentication failed!")]
    public async Task Call_WithoutValidCredentials_IsRefusedWithAnEmptyBody(string? authorization, string reason)
    {
        using TestClient client = new(_simulator.Endpoint) { Authorization = authorization };

        TestReply reply = await client.GetAsync("/version");

        Assert.Equal((401, reason, 0), (reply.Status, reply.Reason, reply.Body.Length));
    }

    [Fact]
    public async Task Ticket_OlderThanTwoHours_IsRefusedAndAYoungerOneRenewsItself()
    {
        using TestClient client = await TestClient.LoginAsync(_simulator);
        _time.Advance(TimeSpan.FromHours(1));
        TestReply renewed = await client.PostAsync("/access/ticket", ("username", "root@pam"), ("password", client.Ticket!));
        Assert.Equal(200, renewed.Status);

        _time.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal("Authentication failed!", (await client.GetAsync("/version")).Reason);
        client.Ticket = renewed.Data!["ticket"]!.GetValue<string>();
        Assert.Equal(200, (await client.GetAsync("/version")).Status);
    }

    [Fact]
    public async Task Write_WithoutCsrfToken_IsRefused()
    {
        using TestClient client = await TestClient.LoginAsync(_simulator);
        client.Csrf = null;

        TestReply reply = await client.PostAsync("/pools", ("poolid", "x"));

        Assert.Equal((401, "Permission denied - invalid csrf token", 0), (reply.Status, reply.Reason, reply.Body.Length));
    }

    [Fact]
    public async Task SecondFactor_WithAOneTimePassword_IsAcceptedOnce()
    {
        using TestClient client = new(_simulator.Endpoint);
        TestReply half = await client.PostAsync("/access/ticket", ("username", "careful@pve"), ("password", "careful-password"));
        string challenge = half.Data!["ticket"]!.GetValue<string>();
        Assert.Equal(1, half.Data["NeedTFA"]!.GetValue<int>());
        Assert.StartsWith("PVE:!tfa!{\"recovery\"%3A[0],\"totp\"%3Atrue}:", challenge, StringComparison.Ordinal);
        string code = Totp.Code(s_secret, Totp.Step(_time.GetUtcNow()));

        Task<TestReply> AnswerAsync(string answer) => client.PostAsync("/access/ticket", ("username", "careful@pve"), ("password", answer), ("tfa-challenge", challenge));

        Assert.Equal(401, (await AnswerAsync("totp:000000")).Status);
        Assert.Equal(200, (await AnswerAsync("totp:" + code)).Status);
        Assert.Equal(401, (await AnswerAsync("totp:" + code)).Status);
        Assert.Equal(200, (await AnswerAsync("recovery:1111-2222-3333-4444")).Status);
        Assert.Equal(401, (await AnswerAsync("recovery:1111-2222-3333-4444")).Status);
        client.Ticket = challenge;
        Assert.Equal("Authentication failed!", (await client.GetAsync("/version")).Reason);
    }

    [Fact]
    public async Task SecondFactor_EightWrongCodes_LockTotpUntilARecoveryKeyIsUsed()
    {
        using TestClient client = new(_simulator.Endpoint);
        await WrongCodesAsync(client, 7);
        Assert.Contains("\"totp\"", await ChallengeAsync(client), StringComparison.Ordinal);
        await WrongCodesAsync(client, 1);

        string challenge = await ChallengeAsync(client);

        Assert.StartsWith("PVE:!tfa!{\"recovery\"%3A[0]}:", challenge, StringComparison.Ordinal);
        Assert.Equal(401, await AnswerAsync(client, challenge, GoodCode));
        Assert.Equal(200, await AnswerAsync(client, challenge, "recovery:1111-2222-3333-4444"));
        Assert.Equal(200, await AnswerAsync(client, await ChallengeAsync(client), GoodCode));
    }

    [Fact]
    public async Task SecondFactor_LockedTotp_IsListedAndUnlockedByAnAdministrator()
    {
        using TestClient client = new(_simulator.Endpoint);
        using TestClient root = await TestClient.LoginAsync(_simulator);
        Assert.Equal(0, (await root.PutAsync("/access/users/careful@pve/unlock-tfa")).Data!.GetValue<int>());
        await WrongCodesAsync(client, 8);

        Assert.Equal(1, (await root.GetAsync("/access/tfa")).Data!.AsArray().Single(static user => user!["userid"]!.GetValue<string>() == "careful@pve")!["totp-locked"]!.GetValue<int>());
        Assert.Equal(1, (await root.PutAsync("/access/users/careful@pve/unlock-tfa")).Data!.GetValue<int>());

        Assert.Equal(200, await AnswerAsync(client, await ChallengeAsync(client), GoodCode));
    }

    [Fact]
    public async Task SecondFactor_AHundredWrongOnes_LockEveryFactorForAnHour()
    {
        using TestClient client = new(_simulator.Endpoint);
        string challenge = await ChallengeAsync(client);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(401, await AnswerAsync(client, challenge, "recovery:0000-0000-0000-0000"));
        }

        Assert.Equal(401, await AnswerAsync(client, challenge, GoodCode));
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(401, await AnswerAsync(client, await ChallengeAsync(client), GoodCode));
        _time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(200, await AnswerAsync(client, await ChallengeAsync(client), GoodCode));
    }

    [Fact]
    public async Task Permissions_OfAUserWithoutRights_RefuseObjectsAndEmptyLists()
    {
        using TestClient client = TestClient.As(_simulator, "bob@pve!t=s");

        Assert.Equal("Permission check failed (/nodes/pve1, Sys.Audit)", (await client.GetAsync("/nodes/pve1/status")).Reason);
        Assert.Equal("Permission check failed (/vms/100, VM.Audit)", (await client.GetAsync("/nodes/pve1/qemu/100/config")).Reason);
        Assert.Equal("Permission check failed (/pool/x, Pool.Allocate)", (await client.PostAsync("/pools", ("poolid", "x"), ("bogus", "1"))).Reason);
        Assert.Equal("Permission check failed", (await client.PostAsync("/nodes/pve1/qemu", ("vmid", "500"))).Reason);
        Assert.Empty((await client.GetAsync("/nodes/pve1/qemu")).Data!.AsArray());
        JsonArray resources = (await client.GetAsync("/cluster/resources")).Data!.AsArray();
        Assert.Equal(3, resources.Count);
        Assert.All(resources, static entry => Assert.Null(entry!["mem"]));
    }

    [Fact]
    public async Task Permissions_OnAPool_HoldForItsGuestsAndSeparateTokensNarrowThem()
    {
        using TestClient wide = TestClient.As(_simulator, "ops@pve!wide=s");
        using TestClient narrow = TestClient.As(_simulator, "ops@pve!narrow=s");

        Assert.Equal(200, (await wide.GetAsync("/nodes/pve1/qemu/100/config")).Status);
        Assert.Equal(403, (await wide.GetAsync("/nodes/pve1/qemu/106/config")).Status);
        Assert.Equal(200, (await narrow.GetAsync("/nodes/pve1/qemu/100/config")).Status);
        Assert.Equal(403, (await narrow.GetAsync("/nodes/pve1/qemu/102/config")).Status);

        // The token's role allows more than the user's: only what both have counts.
        Assert.Equal("Permission check failed (/vms/100, VM.Snapshot)", (await narrow.PostAsync("/nodes/pve1/qemu/100/snapshot", ("snapname", "s"))).Reason);
    }

    [Fact]
    public async Task Token_OnAnEndpointThatNeedsATicket_IsRefused()
    {
        using TestClient client = TestClient.As(_simulator);

        TestReply reply = await client.PutAsync("/access/password", ("userid", "demo@pve"), ("password", "another-password"));

        Assert.Equal("Permission check failed (URI '/access/password' not available with API token, need proper ticket.", reply.Reason);
        Assert.Equal("Permission check failed (URI '/access/password' not available with API token, need proper ticket.\n)\n", reply.Message);
    }

    [Theory]
    [InlineData("/nodes/pve1/qemu", "vmid=abc", "vmid", "type check ('integer') failed - got 'abc'")]
    [InlineData("/nodes/pve1/qemu", "vmid=5", "vmid", "invalid format - value does not look like a valid VM ID\n")]
    [InlineData("/pools", "poolid=a&bogus=1", "bogus", "property is not defined in schema and the schema does not allow additional properties")]
    [InlineData("/access/users", "userid=dave@pve&password=abc", "password", "value must be at least 8 characters long")]
    [InlineData("/nodes/pve1/qemu/100/config", "vmid=101", "vmid", "duplicate parameter (already defined in URI) with conflicting values!")]
    [InlineData("/nodes/pve1/qemu/100/config", "net32=virtio", "net32", "property is not defined in schema and the schema does not allow additional properties")]
    [InlineData("/nodes/pve1/qemu/100/config", "net0=bridge%3Dvmbr0", "net0", "invalid format - format error\nnet0.model: property is missing and it is not optional\n")]
    [InlineData("/nodes/pve1/qemu/100/config", "onboot=yes", "onboot", "type check ('boolean') failed - got 'yes'")]
    [InlineData("/nodes/pve1/qemu/100/config", "cores=1&cores=2", "cores", "type check ('integer') failed - got ARRAY")]
    [InlineData("/nodes/pve1/qemu/100/config", "delete=nosuch", "delete", "unknown option 'nosuch'")]
    [InlineData("/nodes/pve1/qemu/100/config", "delete=name&name=x", "delete", "you can't use '-name' and -delete name' at the same time")]
    public async Task Parameters_ThatAreWrong_AreNamedInTheServersWords(string path, string form, string parameter, string text)
    {
        using TestClient client = await TestClient.LoginAsync(_simulator);
        using StringContent content = new(form, null, "application/x-www-form-urlencoded");

        TestReply reply = await client.SendAsync(HttpMethod.Post, path, content);

        Assert.Equal((400, "Parameter verification failed."), (reply.Status, reply.Reason));
        Assert.Equal(text, reply.Error(parameter));
    }

    [Fact]
    public async Task Extjs_OfErrors_AnswersWithStatus200()
    {
        using TestClient client = TestClient.As(_simulator);
        client.Format = "extjs";

        JsonNode missing = (await client.GetAsync("/nodes/pve1/qemu/999/config")).Json!;
        Assert.Equal((0, 500), (missing["success"]!.GetValue<int>(), missing["status"]!.GetValue<int>()));
        JsonNode wrong = (await client.PostAsync("/pools", ("bogus", "1"))).Json!;
        Assert.Equal("400", wrong["status"]!.GetValue<string>());
        Assert.Equal(1, (await client.GetAsync("/version")).Json!["success"]!.GetValue<int>());
    }

    private string GoodCode => "totp:" + Totp.Code(s_secret, Totp.Step(_time.GetUtcNow()));

    private static async Task<string> ChallengeAsync(TestClient client) =>
        (await client.PostAsync("/access/ticket", ("username", "careful@pve"), ("password", "careful-password"))).Data!["ticket"]!.GetValue<string>();

    private static async Task<int> AnswerAsync(TestClient client, string challenge, string answer) =>
        (await client.PostAsync("/access/ticket", ("username", "careful@pve"), ("password", answer), ("tfa-challenge", challenge))).Status;

    private static async Task WrongCodesAsync(TestClient client, int count)
    {
        string challenge = await ChallengeAsync(client);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(401, await AnswerAsync(client, challenge, "totp:000000"));
        }
    }
}
