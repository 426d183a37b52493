using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Bulk;
using ProxSharp.Pve.Guests;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Cli.Tests;

/// <summary>Changes of many guests whose server goes out of reach for longer than it is waited for.</summary>
public sealed class LostServerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Change_ServerIsGone_TheRestIsNotTried()
    {
        await using PveSimulator simulator = await PveSimulator.StartAsync(new PveSimulatorOptions { Delays = false });
        LeapingTime time = new();
        using CliHarness cli = new CliHarness { Time = time }.With("LAB_SECRET", Simulator.Scenarios.DefaultCluster.TokenSecret);
        (await cli.LineAsync(
            $"context add lab {simulator.Endpoint.GetLeftPart(UriPartial.Authority)} --token-id {Simulator.Scenarios.DefaultCluster.TokenId} "
            + $"--secret env:LAB_SECRET --fingerprint {simulator.Fingerprint}")).Succeeded();
        int calls = 0;
        simulator.Faults.When(
            request =>
            {
                bool isMeant = request.Path.EndsWith("/status/reboot", StringComparison.Ordinal);
                calls += isMeant ? 1 : 0;
                time.Leap(isMeant ? s_patience / 2 : TimeSpan.Zero);
                return isMeant;
            },
            Fault.DropBeforeExecution,
            times: 2);

        CliRun run = await cli.LineAsync("vm reboot web-1,web-2,db-1 --no-wait --parallel 1 -o json");

        run.FailedWithCode(3);
        using JsonDocument rows = JsonDocument.Parse(run.Output);
        JsonElement[] items = [.. rows.RootElement.GetProperty("data").EnumerateArray()];
        Assert.Equal(["failed", "failed", "not-started"], items.Select(static row => row.GetProperty("outcome").GetString()));
        Assert.Equal("not tried: the server is out of reach", items[2].GetProperty("message").GetString());
        Assert.Contains("2 of 3 guests failed, 1 not tried because the server is out of reach: 100, 101", run.Errors, StringComparison.Ordinal);
        Assert.Equal(2, calls);
    }

    [Fact]
    public void Note_FailuresAtOnce_CountFromTheFirst()
    {
        FakeTimeProvider time = new();
        LostServer server = new(time, s_patience);
        long first = time.GetTimestamp();

        server.Note(Item(Silence()), first);
        Assert.False(server.IsLost);
        time.Advance(s_patience);
        server.Note(new BulkItem { Guest = Item(null).Guest, Outcome = BulkOutcome.Skipped }, time.GetTimestamp());
        Assert.False(server.IsLost);
        server.Note(Item(new InvalidOperationException("lost", Silence())), time.GetTimestamp());

        Assert.True(server.IsLost);
    }

    [Fact]
    public void Note_WaitForATaskThatEndedInSilence_IsEnough()
    {
        FakeTimeProvider time = new();
        LostServer server = new(time, s_patience);

        server.Note(Item(new ProxmoxTaskWaitException("The task could not be asked about.", Silence()) { Upid = Upid.Parse("UPID:pve1:000003E8:00001000:65000000:qmstart:100:root@pam:") }), time.GetTimestamp());

        Assert.True(server.IsLost);
    }

    [Fact]
    public void Note_AnswerBetween_BeginsAnew()
    {
        FakeTimeProvider time = new();
        LostServer server = new(time, s_patience);

        server.Note(Item(Silence()), time.GetTimestamp());
        time.Advance(s_patience);
        server.Note(Item(null), time.GetTimestamp());
        server.Note(Item(Silence()), time.GetTimestamp());

        Assert.False(server.IsLost);
    }

    private static ProxmoxConnectionException Silence() => new("The server cannot be reached.");

    private static BulkItem Item(Exception? error) => new()
    {
        Guest = new GuestSummary { Id = new VmId(100), Name = "web", Node = "pve1", Type = GuestType.Qemu },
        Outcome = error is null ? BulkOutcome.Succeeded : BulkOutcome.Failed,
        Error = error,
    };

    /// <summary>A clock that is moved on while a call is under way.</summary>
    private sealed class LeapingTime : TimeProvider
    {
        private long _ahead;

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _ahead);

        public void Leap(TimeSpan time) => Interlocked.Add(ref _ahead, (long)(time.TotalSeconds * TimestampFrequency));
    }
}
