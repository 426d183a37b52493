using System.Net;
using System.Text.Json;
using ProxSharp.Operations.Approvals;
using ProxSharp.Operations.Plans;

namespace ProxSharp.Mcp.Tests;

public sealed class ApprovalTests
{
    private const string Delete106 = """[{"method":"DELETE","path":"/nodes/pve1/qemu/106"}]""";

    private static readonly string[] s_once = ["refused-used", "cancelled"];
    private static readonly string[] s_protocols = ["2025-06-18", "2025-11-25", ""];

    public static TheoryData<string> Protocols() => [.. s_protocols];

    private static string Policy(string kind) =>
        $$"""{"version":1,"allow":[{"classes":["destructive"]}],"approval":{"destructive":"{{kind}}" } }""";

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Apply_ApprovedOnThePage_IsMade(string protocol)
    {
        await using AgentSession session = await StartAsync("elicitation-url", protocol, canVisit: true);
        HttpStatusCode answered = HttpStatusCode.OK;
        session.Visit = async address =>
        {
            await AnswerAsync(address, "approve");
            answered = await StatusAsync(new HttpRequestMessage(HttpMethod.Get, address));
        };
        JsonElement done = await session.DoneAsync("apply", Named(await session.PlanAsync(Delete106)));
        Assert.True(done.GetProperty("complete").GetBoolean());
        Assert.Equal("url", session.LastQuestion!.Mode);
        Assert.Equal(1, session.Questions);
        Assert.Equal(HttpStatusCode.NotFound, answered);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Apply_DeclinedOnThePage_SendsNothing(string protocol)
    {
        await using AgentSession session = await StartAsync("elicitation-url", protocol, canVisit: true);
        session.Visit = static address => AnswerAsync(address, "decline");
        string plan = await session.PlanAsync(Delete106);
        Assert.Equal("refused-declined", await session.RefusedAsync("apply", Named(plan)));
        Assert.Equal("refused-declined", await session.RefusedAsync("apply", Named(plan)));
        Assert.Equal(1, session.Questions);
    }

    [Fact]
    public async Task Apply_PageVisitedButNotAnswered_WaitsAndSendsNothing()
    {
        await using AgentSession session = await StartAsync("elicitation-url", "", canVisit: true);
        string plan = await session.PlanAsync(Delete106);
        JsonElement waiting = await session.DoneAsync("apply", $$"""{"plan":"{{plan}}","seconds":1}""");
        Assert.True(waiting.GetProperty("running").GetBoolean());
        Assert.StartsWith("Nothing is sent yet: ", waiting.GetProperty("next").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, session.Writes);

        // To agree to visit a page is no approval; that comes from the page, also after the call has ended.
        await AnswerAsync(new Uri(session.LastQuestion!.Url!), "approve");
        JsonElement done = await session.DoneAsync("apply", Named(plan));
        Assert.True(done.GetProperty("complete").GetBoolean());
        Assert.Equal(1, session.Questions);
    }

    [Fact]
    public async Task ApprovalPage_WhatIsNotFromIt_IsRefused()
    {
        await using AgentSession session = await StartAsync("elicitation-url", "", canVisit: true);
        await session.DoneAsync("apply", $$"""{"plan":"{{await session.PlanAsync(Delete106)}}","seconds":1}""");
        Uri page = new(session.LastQuestion!.Url!);
        using HttpClient http = new();
        string html = await http.GetStringAsync(page, TestContext.Current.CancellationToken);
        Assert.Contains("guest 106", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(page, "/0000"))));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(new HttpRequestMessage(HttpMethod.Get, page) { Headers = { Host = "evil.example" } }));
        HttpRequestMessage foreign = new(HttpMethod.Post, page) { Content = Form("approve") };
        foreign.Headers.Add("Origin", "https://evil.example");
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(foreign));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await StatusAsync(new HttpRequestMessage(HttpMethod.Delete, page)));
        Assert.Equal(0, session.Writes);
    }

    [Fact]
    public async Task Apply_FormAnswerWhereAPageIsWanted_IsNotEnough()
    {
        await using AgentSession session = await StartAsync("elicitation-url", "", canVisit: false);
        JsonElement failure = await session.FailureAsync("apply", Named(await session.PlanAsync(Delete106)));
        Assert.Equal("refused-approval", failure.GetProperty("error").GetString());
        Assert.Contains("prox approve", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, session.Questions);
    }

    [Theory]
    [InlineData("elicitation", "")]
    [InlineData("elicitation", "2025-06-18")]
    [InlineData("elicitation-url", "")]
    [InlineData("prompt", "")]
    [InlineData("second-principal", "")]
    public async Task Apply_ClientThatCannotAsk_NamesTheCommandForAPerson(string kind, string protocol)
    {
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { Policy = Policy(kind), CanAsk = false, Protocol = Empty(protocol) });
        string plan = await session.PlanAsync(Delete106);
        JsonElement failure = await session.FailureAsync("apply", Named(plan));
        Assert.Equal("refused-approval", failure.GetProperty("error").GetString());
        Assert.Contains("prox approve", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains(plan[..12], failure.GetProperty("message").GetString(), StringComparison.Ordinal);

        // The plan still waits: a person may approve it elsewhere, and it was not used up.
        Assert.Equal("refused-approval", await session.RefusedAsync("apply", Named(plan)));
    }

    [Fact]
    public async Task Apply_ApprovedElsewhereMeanwhile_IsMadeByTheNextCall()
    {
        using ApprovalKey key = ApprovalKey.Create();
        string policy = $$"""
            {"version":1,"allow":[{"classes":["destructive"]}],"approval":{"destructive":"second-principal"},
             "approvers":[{"name":"boss","key":"{{key.PublicKey}}"}]}
            """;
        await using AgentSession session = await AgentSession.StartAsync(policy, canAsk: false);
        string id = await session.PlanAsync(Delete106);
        Assert.Equal("refused-approval", await session.RefusedAsync("apply", Named(id)));

        string folder = session.Site.StateFolder("lab");
        Plan plan = new PlanStore(Path.Combine(folder, "plans")).Load(id);
        ApprovalStore.Open(folder).Add(key.Approve(plan, "boss", DateTimeOffset.UtcNow));
        JsonElement done = await session.DoneAsync("apply", Named(id));
        Assert.True(done.GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task Apply_CancelledByTheClient_LeavesASoundLedger()
    {
        const string policy = """{"version":1,"allow":[{"classes":["disruptive"]}],"approval":{"disruptive":"none"}}""";
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { Policy = policy, TaskDuration = TimeSpan.FromMinutes(10) });
        string plan = await session.PlanAsync("""[{"method":"POST","path":"/nodes/pve1/qemu/100/status/reboot"}]""");
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task applying = session.Client.CallToolAsync("apply", new Dictionary<string, object?> { ["plan"] = plan }, cancellationToken: cancel.Token).AsTask();
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        while (session.Writes == 0)
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => applying);
        while (!session.Ledger.List().Any(static entry => entry.Kind == "outcome"))
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(session.Ledger.Verify().IsSound);
        JsonElement facts = session.Ledger.List().Last(static entry => entry.Kind == "outcome").Facts;
        Assert.Equal("running", facts.GetProperty("result").GetString());
        string upid = facts.GetProperty("upid").GetString()!;

        // Whoever asks for the plan again is told, at first and later, where to go on waiting.
        for (int again = 0; again < 2; again++)
        {
            JsonElement refusal = await session.FailureAsync("apply", Named(plan));
            Assert.Contains(refusal.GetProperty("error").GetString(), s_once);
            Assert.Contains(upid, refusal.GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        JsonElement waited = await session.DoneAsync("task_wait", $$"""{"upid":"{{upid}}","seconds":0}""");
        Assert.Equal("running", waited.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Apply_FormIsWantedAndTheClientHasOnlyPages_UsesThePage()
    {
        await using AgentSession session = await AgentSession.StartAsync(
            new SessionOptions { Policy = Policy("elicitation"), CanForm = false, CanVisit = true });
        session.Visit = static address => AnswerAsync(address, "approve");
        JsonElement done = await session.DoneAsync("apply", Named(await session.PlanAsync(Delete106)));
        Assert.True(done.GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task Undo_OfAPlanThatStillRuns_NamesWhatWaitsForIt()
    {
        const string policy = """{"version":1,"allow":[{"classes":["reversible"]}]}""";
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { Policy = policy, TaskDuration = TimeSpan.FromMinutes(10) });
        string plan = await session.PlanAsync("""[{"method":"POST","path":"/nodes/pve1/qemu/106/status/start"}]""");
        await session.DoneAsync("apply", $$"""{"plan":"{{plan}}","seconds":1}""");
        string message = (await session.FailureAsync("plan_undo", """{"number":1}""")).GetProperty("message").GetString()!;
        Assert.Contains($"apply with plan {plan} waits for its end", message, StringComparison.Ordinal);

        // After two seconds its task is on record.
        await session.DoneAsync("apply", $$"""{"plan":"{{plan}}","seconds":3}""");
        JsonElement failure = await session.FailureAsync("plan_undo", """{"number":1}""");
        Assert.Equal("refused-unknown-outcome", failure.GetProperty("error").GetString());
        Assert.Contains("task_wait UPID:pve1:", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("call plan_undo again then", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_LongTask_GoesOnBehindTheCallAndIsNotMadeTwice()
    {
        const string policy = """{"version":1,"allow":[{"classes":["disruptive"]}],"approval":{"disruptive":"none"}}""";
        await using AgentSession session = await AgentSession.StartAsync(new SessionOptions { Policy = policy, TaskDuration = TimeSpan.FromSeconds(2) });
        string plan = await session.PlanAsync("""[{"method":"POST","path":"/nodes/pve1/qemu/100/status/reboot"}]""");
        JsonElement waiting = await session.DoneAsync("apply", $$"""{"plan":"{{plan}}","seconds":1}""");
        Assert.True(waiting.GetProperty("running").GetBoolean());
        Assert.Contains("apply", waiting.GetProperty("next").GetString(), StringComparison.Ordinal);
        JsonElement done = await session.DoneAsync("apply", Named(plan));
        Assert.True(done.GetProperty("complete").GetBoolean());
        Assert.Equal(1, session.Writes);
        Assert.Equal("refused-used", await session.RefusedAsync("apply", Named(plan)));
    }

    [Theory]
    [InlineData("prompt")]
    [InlineData("second-principal")]
    public async Task Apply_PolicyRaisedWhileThePageWaits_IsRefused(string kind)
    {
        await using AgentSession session = await StartAsync("elicitation-url", "", canVisit: true);
        session.Visit = async address =>
        {
            Raise(session, kind);
            await AnswerAsync(address, "approve");
        };
        JsonElement failure = await session.FailureAsync("apply", Named(await session.PlanAsync(Delete106)));
        Assert.Equal("refused-approval", failure.GetProperty("error").GetString());
        Assert.Contains($"({kind})", failure.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Apply_PolicyRaisedWhileTheFormWaits_AsksForMore(string protocol)
    {
        await using AgentSession session = await StartAsync("elicitation", protocol, canVisit: true);
        session.Meanwhile = () => Raise(session, "elicitation-url");
        session.Visit = static address => AnswerAsync(address, "approve");
        string plan = await session.PlanAsync(Delete106);
        JsonElement done = await session.DoneAsync("apply", Named(plan));
        Assert.True(done.GetProperty("complete").GetBoolean());
        Assert.Equal(2, session.Questions);
        Assert.Equal("url", session.LastQuestion!.Mode);
        Assert.Equal("elicitation-url", session.Ledger.Show(1)!.Facts.GetProperty("approval").GetString());
    }

    [Theory]
    [InlineData("elicitation-url", false)]
    [InlineData("elicitation-url", true)]
    [InlineData("prompt", true)]
    public async Task Apply_PolicyRaisedWhileTheFormWaits_TheFormIsNotEnough(string kind, bool canVisit)
    {
        await using AgentSession session = await StartAsync("elicitation", "", canVisit);
        session.Meanwhile = () => Raise(session, kind);
        session.Visit = static address => AnswerAsync(address, "decline");
        bool isAskedAgain = canVisit && kind == "elicitation-url";
        Assert.Equal(isAskedAgain ? "refused-declined" : "refused-approval", await session.RefusedAsync("apply", Named(await session.PlanAsync(Delete106))));
        Assert.Equal(isAskedAgain ? 2 : 1, session.Questions);
    }

    [Theory]
    [InlineData("ACCEPT")]
    [InlineData("Accept")]
    [InlineData("accept ")]
    [InlineData("")]
    public async Task Apply_AnswerThatIsNoneOfTheProtocol_AgreesToNothing(string action)
    {
        await using AgentSession session = await StartAsync("elicitation", "", canVisit: false);
        session.Reply = action;
        Assert.Equal("refused-approval", await session.RefusedAsync("apply", Named(await session.PlanAsync(Delete106))));
    }

    private static void Raise(AgentSession session, string kind) => File.WriteAllText(session.Site.PolicyPath("lab"), Policy(kind));

    private static string? Empty(string protocol) => protocol.Length > 0 ? protocol : null;

    private static string Named(string id) => $$"""{"plan":"{{id}}"}""";

    private static Task<AgentSession> StartAsync(string kind, string protocol, bool canVisit) =>
        AgentSession.StartAsync(new SessionOptions { Policy = Policy(kind), CanVisit = canVisit, Protocol = Empty(protocol) });

    private static FormUrlEncodedContent Form(string answer) => new([new KeyValuePair<string, string>("answer", answer)]);

    private static async Task AnswerAsync(Uri address, string answer)
    {
        (_, HttpStatusCode status) = await Browser.AnswerAsync(address, answer, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, status);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpRequestMessage request)
    {
        using HttpClient http = new();
        using (request)
        {
            using HttpResponseMessage response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
    }
}
