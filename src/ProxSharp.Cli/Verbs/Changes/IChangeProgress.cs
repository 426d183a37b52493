using ProxSharp.Pve.Guests;
using ProxSharp.Tasks;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Is told what happens while guests are changed, from any thread.</summary>
internal interface IChangeProgress : IDisposable
{
    /// <summary>How the outcome of a task begins that nobody waits for any more.</summary>
    const string StillRunning = "still running";

    /// <summary>True if the lines of the tasks' logs are shown.</summary>
    bool FollowsLogs { get; }

    /// <summary>True if the guests that are through are counted, also those whose change took no task.</summary>
    bool ShowsAll { get; }

    /// <summary>A task has begun.</summary>
    void Started(GuestSummary guest, string upid);

    /// <summary>A task wrote a line into its log.</summary>
    void Logged(GuestSummary guest, string line);

    /// <summary>Something else than the task is waited for.</summary>
    void Noted(GuestSummary guest, string text);

    /// <summary>A task got further.</summary>
    void Moved(GuestSummary guest, TaskProgress progress);

    /// <summary>The change of a guest is through.</summary>
    void Ended(GuestSummary guest, string outcome);
}
