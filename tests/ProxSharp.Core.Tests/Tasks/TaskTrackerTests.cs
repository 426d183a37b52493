using System.Net;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Ids;
using ProxSharp.Tasks;

namespace ProxSharp.Core.Tests.Tasks;

/// <summary>When a wait is over, and how long it pauses.</summary>
[Trait("Acceptance", "7")]
public sealed class TaskTrackerTests
{
    private static readonly Upid s_upid = Upid.Parse("UPID:pve1:00001000:00001234:6543210F:qmclone:9000:root@pam!ci:");

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Pause_WithTime_IsATenthOfItWithinTheBounds()
    {
        TaskTracker tracker = Tracker();
        (double Waited, double Pause)[] rows = [(0, 0.2), (1, 0.2), (10, 1), (30, 3), (100, 5), (10_000, 5)];
        double now = 0;
        foreach ((double waited, double pause) in rows)
        {
            Pass(waited - now);
            now = waited;
            Assert.Equal(pause, tracker.Pause.TotalSeconds, 3);
        }
    }

    [Fact]
    public void Pause_WhileCallsFail_DoublesUpToTheBound()
    {
        TaskTracker tracker = Tracker();
        foreach (double pause in new[] { 0.4, 0.8, 1.6, 3.2, 5, 5 })
        {
            tracker.Observe(Failure(595));
            Assert.Equal(pause, tracker.Pause.TotalSeconds, 3);
        }

        tracker.Observe(new TaskState(true));
        Assert.Equal(0.2, tracker.Pause.TotalSeconds, 3);
    }

    [Fact]
    public void Observe_OutagesShorterThanTheGrace_AreForgottenAfterAnAnswer()
    {
        TaskTracker tracker = Tracker();
        for (int outage = 0; outage < 5; outage++)
        {
            tracker.Observe(Failure(596));
            Pass(119);
            tracker.Observe(Failure(596));
            Assert.False(tracker.Observe(new TaskState(true)));
            Pass(60);
        }

        tracker.Observe(Failure(596));
        Pass(120);
        Assert.Throws<ProxmoxTaskWaitException>(() => tracker.Observe(Failure(596)));
    }

    [Fact]
    public void Observe_FailuresThatAreSurvived_AreToldAndOthersThrown()
    {
        Told told = new();
        TaskTracker tracker = new(s_upid, TaskWaitOptions.Default with { Outage = told }, _clock);
        tracker.Observe(Failure(595));
        tracker.Observe(new TaskState(true));
        tracker.Observe(NoSuchTask());
        tracker.Observe(Failure(596));
        Pass(120);

        Assert.Throws<ProxmoxTaskWaitException>(() => tracker.Observe(Failure(596)));
        Assert.Equal([595, 596], told.Failures.Select(static failure => (int)((ProxmoxApiException)failure).StatusCode));
    }

    [Fact]
    public void Observe_VanishedTask_IsToleratedForTheGraceEachTime()
    {
        TaskTracker tracker = Tracker();
        tracker.Observe(NoSuchTask());
        Pass(9);
        tracker.Observe(NoSuchTask());
        Assert.False(tracker.Observe(new TaskState(true)));
        Pass(60);
        tracker.Observe(NoSuchTask());
        Pass(10);
        Assert.Throws<ProxmoxTaskWaitException>(() => tracker.Observe(NoSuchTask()));
    }

    [Fact]
    public void Observe_StoppedWithoutExitStatus_EndsAfterTheGrace()
    {
        TaskTracker tracker = Tracker();
        Assert.False(tracker.Observe(new TaskState(false)));
        Pass(4);
        Assert.False(tracker.Observe(new TaskState(false, "")));
        Pass(1);
        Assert.True(tracker.Observe(new TaskState(false)));
        Assert.True(Tracker().Observe(new TaskState(false, "OK")));
    }

    [Fact]
    public void Observe_FailuresThatStay_EndTheWaitAtOnce()
    {
        ProxmoxException[] lasting =
        [
            new ProxmoxConnectionException("untrusted") { IsCertificateProblem = true },
            new ProxmoxPermissionException("no") { StatusCode = HttpStatusCode.Forbidden },
            new ProxmoxNotFoundException("hostname lookup failed") { StatusCode = HttpStatusCode.InternalServerError },
            Failure(400),
            Failure(501),
        ];
        foreach (ProxmoxException failure in lasting)
        {
            ProxmoxTaskWaitException thrown = Assert.Throws<ProxmoxTaskWaitException>(() => Tracker().Observe(failure));
            Assert.Same(failure, thrown.InnerException);
            Assert.False(thrown.IsTransient);
        }
    }

    [Fact]
    public void Observe_RefusedCredentials_EndTheWaitTheThirdTime()
    {
        TaskTracker tracker = Tracker();
        ProxmoxAuthenticationException refused = new("401");
        tracker.Observe(refused);
        tracker.Observe(refused);
        Assert.Throws<ProxmoxTaskWaitException>(() => tracker.Observe(refused));
    }

    [Theory]
    [InlineData("OK", TaskOutcome.Succeeded, 0)]
    [InlineData(" OK\n", TaskOutcome.Succeeded, 0)]
    [InlineData("WARNINGS: 4", TaskOutcome.Warnings, 4)]
    [InlineData("WARNINGS: many", TaskOutcome.Warnings, 1)]
    [InlineData("", TaskOutcome.Unknown, 0)]
    [InlineData("unexpected status", TaskOutcome.Unknown, 0)]
    [InlineData("unknown", TaskOutcome.Unknown, 0)]
    [InlineData("unable to get last line of task log", TaskOutcome.Unknown, 0)]
    [InlineData("received interrupt", TaskOutcome.Failed, 0)]
    [InlineData("job errors", TaskOutcome.Failed, 0)]
    [InlineData("OKAY", TaskOutcome.Failed, 0)]
    [InlineData("ok", TaskOutcome.Failed, 0)]
    public void Outcome_OfAnExitStatus_IsRead(string text, TaskOutcome outcome, int warnings)
    {
        TaskResult result = new(s_upid, text);
        Assert.Equal(outcome, result.Outcome);
        Assert.Equal(warnings, result.Warnings);
        Assert.Equal(outcome is TaskOutcome.Succeeded or TaskOutcome.Warnings, result.Succeeded);
        if (result.Succeeded)
        {
            Assert.Same(result, result.EnsureSucceeded());
        }
        else
        {
            Assert.Same(result, Assert.Throws<ProxmoxTaskFailedException>(() => result.EnsureSucceeded()).Result);
        }
    }

    private static ProxmoxApiException Failure(int status) => new("failed") { StatusCode = (HttpStatusCode)status, Transient = status is 595 or 596 };

    private static ProxmoxNotFoundException NoSuchTask() =>
        new("no such task") { StatusCode = HttpStatusCode.BadRequest, ParameterErrors = new Dictionary<string, string> { ["upid"] = "no such task" } };

    private TaskTracker Tracker() => new(s_upid, TaskWaitOptions.Default, _clock);

    private void Pass(double seconds) => _clock.Advance(TimeSpan.FromSeconds(seconds));

    private sealed class Told : IProgress<ProxmoxException>
    {
        public List<ProxmoxException> Failures { get; } = [];

        public void Report(ProxmoxException value) => Failures.Add(value);
    }
}
