using System.Globalization;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Guests;
using ProxSharp.Tasks;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Shows progress line by line: the log of a single task, or a line for each guest; at a terminal a bar below it.</summary>
/// <param name="run">The run.</param>
/// <param name="isSingle">True if there is one guest only, whose log is shown.</param>
internal sealed class LineProgress(VerbRun run, bool isSingle) : IChangeProgress
{
    private readonly Lock _gate = new();
    private readonly TextWriter? _terminal = run.Command.ProgressTerminal;
    private bool _hasBar;

    /// <inheritdoc/>
    public bool FollowsLogs => isSingle;

    /// <inheritdoc/>
    public bool ShowsAll => false;

    /// <inheritdoc/>
    public void Started(GuestSummary guest, string upid)
    {
        if (!isSingle)
        {
            Line($"{GuestKinds.Title(guest)}: {upid}");
        }
    }

    /// <inheritdoc/>
    public void Logged(GuestSummary guest, string line)
    {
        if (isSingle)
        {
            Line(run.Command.ErrorAnsi.Dim(TextCells.LogLine(line)));
            run.Command.Services.Log.Last = line;
        }
    }

    /// <inheritdoc/>
    public void Noted(GuestSummary guest, string text) => Line(isSingle ? text : $"{GuestKinds.Title(guest)}: {text}");

    /// <inheritdoc/>
    public void Moved(GuestSummary guest, TaskProgress progress)
    {
        if (!isSingle || _terminal is null || progress.Fraction is not { } fraction)
        {
            return;
        }

        lock (_gate)
        {
            _terminal.Write($"\r\e[K{ProgressBar.Draw(fraction, 30)} {(fraction * 100).ToString("0", CultureInfo.InvariantCulture)} %");
            _hasBar = true;
        }
    }

    /// <inheritdoc/>
    public void Ended(GuestSummary guest, string outcome)
    {
        if (!isSingle)
        {
            Line($"{GuestKinds.Title(guest)}: {outcome}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            Clear();
        }
    }

    private void Line(string text)
    {
        lock (_gate)
        {
            Clear();
            run.Note(text);
        }
    }

    private void Clear()
    {
        if (_hasBar)
        {
            _terminal?.Write("\r\e[K");
            _hasBar = false;
        }
    }
}
