using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Guests;
using ProxSharp.Tasks;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Shows progress line by line: the log of a single task, or a line for each guest; at a terminal a bar below it.</summary>
/// <param name="run">The run.</param>
/// <param name="isSingle">True if there is one guest only, whose log is shown.</param>
internal sealed class LineProgress(VerbRun run, bool isSingle) : IChangeProgress
{
    private readonly TaskBar _bar = new(run.Command);

    /// <inheritdoc/>
    public bool FollowsLogs => isSingle;

    /// <inheritdoc/>
    public bool ShowsAll => false;

    /// <inheritdoc/>
    public void Started(GuestSummary guest, string upid)
    {
        if (!isSingle)
        {
            _bar.Note($"{GuestKinds.Title(guest)}: {upid}");
        }
    }

    /// <inheritdoc/>
    public void Logged(GuestSummary guest, string line)
    {
        if (isSingle)
        {
            _bar.Log(line);
        }
    }

    /// <inheritdoc/>
    public void Noted(GuestSummary guest, string text) => _bar.Note(isSingle ? text : $"{GuestKinds.Title(guest)}: {text}");

    /// <inheritdoc/>
    public void Moved(GuestSummary guest, TaskProgress progress)
    {
        if (isSingle)
        {
            _bar.Report(progress);
        }
    }

    /// <inheritdoc/>
    public void Ended(GuestSummary guest, string outcome)
    {
        if (!isSingle)
        {
            _bar.Note($"{GuestKinds.Title(guest)}: {outcome}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _bar.Dispose();
}
