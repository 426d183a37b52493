using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Guests;
using ProxSharp.Testing;

namespace ProxSharp.Pve.Tests.Guests;

/// <summary>Tasks that only ask high availability, and the waiting for what it does then.</summary>
public sealed class HaWaitTests
{
    private static readonly HaRequest s_start = new() { Guest = VmId.Parse("100"), Status = GuestStatus.Running };
    private static readonly HaRequest s_move = new() { Guest = VmId.Parse("100"), Node = "pve2", Status = GuestStatus.Running };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("hastart", true, "running")]
    [InlineData("hastop", true, "stopped")]
    [InlineData("hamigrate", true, null)]
    [InlineData("qmstop", false, null)]
    [InlineData("vzstart", false, null)]
    public void Of_IsWhatTheTaskAskedFor(string type, bool asks, string? wanted)
    {
        HaRequest? request = HaRequest.Of(Upid.Parse($"UPID:pve1:00001234:0000ABCD:65000000:{type}:100:root@pam:"));

        Assert.Equal(asks ? "100" : null, request?.Guest.ToString());
        Assert.Equal(wanted, request?.Status?.Value);
        Assert.Null(request?.Node);
    }

    [Theory]
    [InlineData("Requesting HA migration for VM 100 to node pve2", "pve2")]
    [InlineData("Requesting HA migration for CT 200 to node a to node b", "b")]
    [InlineData("TASK OK", null)]
    [InlineData("migrates to node pve2", null)]
    public void TargetIn_IsTheNodeAtTheEndOfTheLine(string line, string? node) => Assert.Equal(node, HaRequest.TargetIn(line));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_Start_LooksUntilItRuns(bool sync)
    {
        using StubCluster stub = new(Answers(Status("stopped", "queued"), Status("stopped", "request_start"), Status("running", "started")), new LeapingTime());

        await WaitAsync(stub, s_start, null, sync);

        Assert.Equal(3, Looks(stub).Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_ManagerInError_SaysWhereAndWhatToDo(bool sync)
    {
        using StubCluster stub = new(Answers(Status("stopped", "started"), Status("stopped", "error")), new LeapingTime());

        HaGaveUpException end = await Assert.ThrowsAsync<HaGaveUpException>(() => WaitAsync(stub, s_start, null, sync));

        Assert.Equal(("pve1", "error", true), (end.Node, end.State, end.IsError));
        Assert.Contains("VM 100 is on pve1", end.Message, StringComparison.Ordinal);
        Assert.Contains("'disabled'", end.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_Move_IsThereWhenItRunsUnlockedOnTheNode(bool sync)
    {
        using StubCluster stub = new(
            Moving(static look => look switch
            {
                0 => Status("running", "migrate"),
                1 => Status("running", "migrate", "migrate"),
                _ => null,
            }),
            new LeapingTime());

        await WaitAsync(stub, s_move, null, sync);

        Assert.EndsWith("/nodes/pve2/qemu/100/status/current", Looks(stub)[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_MoveThatEndsWhereItBegan_IsGivenUp(bool sync)
    {
        using StubCluster stub = new(Answers(Status("running", "started"), Status("running", "migrate"), Status("running", "started")), new LeapingTime());

        HaGaveUpException end = await Assert.ThrowsAsync<HaGaveUpException>(() => WaitAsync(stub, s_move, null, sync));

        Assert.Equal(("pve1", "started", false), (end.Node, end.State, end.IsError));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_MoveThatNobodySawBegin_IsGivenUpAfterTwoMinutes(bool sync)
    {
        using StubCluster stub = new(Answers(Status("running", "started")), new LeapingTime());

        HaGaveUpException end = await Assert.ThrowsAsync<HaGaveUpException>(
            () => WaitAsync(stub, s_move, new HaWaitOptions { Timeout = Timeout.InfiniteTimeSpan }, sync));

        Assert.Equal(("pve1", "started", false), (end.Node, end.State, end.IsError));
        Assert.InRange(Looks(stub).Length, 60, 70);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_MoveThatIsLongQueued_IsWaitedFor(bool sync)
    {
        string[] queued = [.. Enumerable.Repeat(Status("running", "queued"), 100)];
        using StubCluster stub = new(
            Moving(look => look < queued.Length ? queued[look] : look == queued.Length ? Status("running", "migrate") : null), new LeapingTime());

        await WaitAsync(stub, s_move, new HaWaitOptions { Timeout = Timeout.InfiniteTimeSpan }, sync);

        Assert.EndsWith("/nodes/pve2/qemu/100/status/current", Looks(stub)[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_NodeThatDies_FindsTheGuestOnAnotherOne(bool sync)
    {
        int failures = 0;
        using StubCluster stub = new(
            call => call.Target.Contains("/cluster/resources", StringComparison.Ordinal)
                ? StubCluster.Data(Resources(failures < 3 ? "pve1" : "pve2"))
                : call.Target.Contains("/nodes/pve1/", StringComparison.Ordinal)
                    ? Failing(ref failures)
                    : StubCluster.Data(Status("running", "started")),
            new LeapingTime());
        Collected outages = new();

        await WaitAsync(stub, s_start, new HaWaitOptions { Outage = outages }, sync);

        Assert.NotEmpty(outages.Failures);
        Assert.EndsWith("/nodes/pve2/qemu/100/status/current", Looks(stub)[^1], StringComparison.Ordinal);

        static HttpResponseMessage Failing(ref int failures)
        {
            failures++;
            return StubCluster.Failure(595, "No route to host");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_OutageOverTheGrace_IsTheLastFailure(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Failure(595, "No route to host"), new LeapingTime());

        ProxmoxException failure = await Assert.ThrowsAnyAsync<ProxmoxException>(
            () => WaitAsync(stub, s_start, new HaWaitOptions { OutageGrace = TimeSpan.FromSeconds(5) }, sync));

        Assert.True(failure.IsTransient);
        Assert.Contains("No route to host", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_RightIsMissing_EndsAtOnce(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Failure(403, "Permission check failed (/vms/100, VM.Audit)"), new LeapingTime());

        await Assert.ThrowsAsync<ProxmoxPermissionException>(() => WaitAsync(stub, s_start, null, sync));

        Assert.Single(stub.Handler.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_TimeIsUp_SaysWhatWasWanted(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data(Status("stopped", "queued")), new LeapingTime());

        TimeoutException late = await Assert.ThrowsAsync<TimeoutException>(
            () => WaitAsync(stub, s_start, new HaWaitOptions { Timeout = TimeSpan.FromSeconds(7) }, sync));

        Assert.Equal("High availability has not brought VM 100 to the state 'running' within 7 s.", late.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wait_OtherGuest_IsRefused(bool sync)
    {
        using StubCluster stub = new(static _ => StubCluster.Data(Status("running", "started")));

        await Assert.ThrowsAsync<ArgumentException>(() => WaitAsync(stub, s_start with { Guest = VmId.Parse("101") }, null, sync));
    }

    private static async Task WaitAsync(StubCluster stub, HaRequest request, HaWaitOptions? options, bool sync)
    {
        if (sync)
        {
            stub.Vm.WaitForHa(request, options, Token);
        }
        else
        {
            await stub.Vm.WaitForHaAsync(request, options, Token);
        }
    }

    // One answer after the other; the last one stays.
    private static Func<StubCall, HttpResponseMessage> Answers(params string[] statuses)
    {
        int look = 0;
        return _ => StubCluster.Data(statuses[Math.Min(look++, statuses.Length - 1)]);
    }

    // What pve1 tells; where that is null, the guest has arrived at pve2.
    private static Func<StubCall, HttpResponseMessage> Moving(Func<int, string?> onSource)
    {
        int look = 0;
        string? now = null;
        return call =>
        {
            if (call.Target.Contains("/cluster/resources", StringComparison.Ordinal))
            {
                return StubCluster.Data(Resources(now is null ? "pve2" : "pve1"));
            }

            if (call.Target.Contains("/nodes/pve2/", StringComparison.Ordinal))
            {
                return StubCluster.Data(Status("running", "started"));
            }

            now = onSource(look++);
            return now is null ? StubCluster.Failure(500, "Configuration file 'nodes/pve1/qemu-server/100.conf' does not exist") : StubCluster.Data(now);
        };
    }

    private static string Status(string status, string manager, string? locked = null) => $$"""
        {"vmid":100,"status":"{{status}}",{{(locked is null ? "" : $"\"lock\":\"{locked}\",")}}"ha":{"managed":1,"state":"{{manager}}"} }
        """;

    private static string Resources(string node) => $$"""[{"id":"qemu/100","type":"qemu","vmid":100,"node":"{{node}}","status":"running"}]""";

    private static string[] Looks(StubCluster stub) =>
        [.. stub.Handler.Calls.Select(StubCluster.PathOf).Where(static path => path.EndsWith("/status/current", StringComparison.Ordinal))];

    private sealed class Collected : IProgress<ProxmoxException>
    {
        public List<ProxmoxException> Failures { get; } = [];

        public void Report(ProxmoxException value) => Failures.Add(value);
    }
}
