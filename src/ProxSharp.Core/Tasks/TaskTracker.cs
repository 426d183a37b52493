using System.Globalization;
using ProxSharp.Ids;

namespace ProxSharp.Tasks;

/// <summary>One wait for one task, apart from the calls: takes what they tell, decides when the wait is over and how long to pause.</summary>
internal sealed class TaskTracker
{
    // A ticket that was just renewed on another node may be refused for a moment; wrong credentials stay wrong, and trying them locks accounts.
    private const int MaxRefusals = 3;

    private readonly TaskWaitOptions _options;
    private readonly TimeProvider _clock;
    private readonly long _started;
    private long? _missingSince;
    private long? _silentSince;
    private long? _failingSince;
    private int _failures;
    private int _refusals;
    private ProxmoxException? _failure;

    /// <summary>Starts a wait.</summary>
    public TaskTracker(Upid upid, TaskWaitOptions options, TimeProvider clock)
    {
        (Upid, _options, _clock) = (upid, options, clock);
        _started = clock.GetTimestamp();
    }

    /// <summary>The task.</summary>
    public Upid Upid { get; }

    /// <summary>True if the last answer said that the task runs.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>How long to pause until the next look: a tenth of the time waited so far, longer while calls fail.</summary>
    public TimeSpan Pause
    {
        get
        {
            double wanted = _failures == 0
                ? _clock.GetElapsedTime(_started).TotalMilliseconds / 10
                : _options.MinInterval.TotalMilliseconds * Math.Pow(2, Math.Min(_failures, 16));
            return TimeSpan.FromMilliseconds(Math.Clamp(wanted, _options.MinInterval.TotalMilliseconds, _options.MaxInterval.TotalMilliseconds));
        }
    }

    /// <summary>Takes what the server says.</summary>
    /// <returns>True if the task has ended.</returns>
    public bool Observe(TaskState state)
    {
        (_missingSince, _failure) = (null, null);
        Answered();
        IsRunning = state.IsRunning;
        if (state.IsRunning)
        {
            _silentSince = null;
            return false;
        }

        // The exit status is read from the last line of the log, which may come a moment after the process is gone.
        return !string.IsNullOrEmpty(state.ExitStatus) || IsOver(ref _silentSince, _options.ExitStatusGrace);
    }

    /// <summary>Notes that a call about the task, other than for its state, was answered.</summary>
    public void Answered() => (_failingSince, _failures, _refusals) = (null, 0, 0);

    /// <summary>Notes that such a call failed: the next comes later.</summary>
    public void Failed() => _failures++;

    /// <summary>Takes a failure of a call about the task.</summary>
    /// <exception cref="ProxmoxTaskWaitException">It is not worth, or no longer worth, waiting for better.</exception>
    public void Observe(ProxmoxException failure)
    {
        _failures++;
        _failure = failure;
        if (IsNoSuchTask(failure))
        {
            IsRunning = false;
            if (IsOver(ref _missingSince, _options.NotFoundGrace))
            {
                throw GiveUp("the server does not know it. It may belong to another cluster, or its log has been removed", failure);
            }

            return;
        }

        if (failure is ProxmoxAuthenticationException && ++_refusals >= MaxRefusals)
        {
            throw GiveUp("the server refuses the credentials", failure);
        }

        if (!MayPass(failure))
        {
            throw GiveUp(WhyNot(failure), failure);
        }

        if (IsOver(ref _failingSince, _options.OutageGrace))
        {
            throw GiveUp(string.Create(CultureInfo.InvariantCulture, $"the server could not be asked for {_options.OutageGrace.TotalSeconds:0.#} s"), failure);
        }

        _options.Outage?.Report(failure);
    }

    /// <summary>Makes the exception for a wait whose time is up. What the server answered last goes along if it was a failure.</summary>
    public ProxmoxTaskWaitException TimeUp() => new(
        _missingSince is null
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The task {TaskText.Describe(Upid)} has not ended within {_options.Timeout.TotalSeconds:0.###} s. "
                    + $"{(IsRunning ? "It still runs" : "It may still run")}: wait on, or stop it. Its id: {Upid}")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"The task {TaskText.Describe(Upid)} was not found within {_options.Timeout.TotalSeconds:0.###} s: {_failure?.Message} Its id: {Upid}"),
        _failure)
    {
        Upid = Upid,
        TimedOut = true,
        WasRunning = IsRunning,
    };

    private static bool IsNoSuchTask(ProxmoxException failure) =>
        failure is ProxmoxApiException { ParameterErrors: { } errors } && errors.TryGetValue("upid", out string? text)
            && text.Contains("no such task", StringComparison.Ordinal);

    private static bool MayPass(ProxmoxException failure) => failure switch
    {
        ProxmoxConnectionException connection => !connection.IsCertificateProblem,
        ProxmoxAuthenticationException or ProxmoxProtocolException => true,
        ProxmoxNotFoundException or ProxmoxPermissionException => false,
        // Proxmox: a cluster that is out of step answers reads with 500 and all kinds of texts.
        ProxmoxApiException api => api.IsTransient || ((int)api.StatusCode >= 500 && (int)api.StatusCode != 501),
        _ => false,
    };

    private static string WhyNot(ProxmoxException failure) => failure switch
    {
        ProxmoxPermissionException => "it is somebody else's, and the caller may not look at it",
        ProxmoxNotFoundException => "the server does not know it. It may belong to another server, or its log has been removed",
        _ => "the server cannot be asked",
    };

    private ProxmoxTaskWaitException GiveUp(string why, ProxmoxException failure) =>
        new($"Unable to wait for the task {TaskText.Describe(Upid)}: {why}. "
            + $"{(IsRunning ? "It was running when last seen" : "How it ends is unknown")}. Its id: {Upid}", failure)
        {
            Upid = Upid,
            WasRunning = IsRunning,
        };

    private bool IsOver(ref long? since, TimeSpan grace)
    {
        since ??= _clock.GetTimestamp();
        return _clock.GetElapsedTime(since.Value) >= grace;
    }
}
