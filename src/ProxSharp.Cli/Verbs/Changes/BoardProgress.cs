using System.Globalization;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Pve.Guests;
using ProxSharp.Tasks;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Shows a bar for the whole and one for each guest that is being changed, at a terminal, and redraws them in place.</summary>
/// <param name="terminal">The terminal.</param>
/// <param name="total">How many guests there are in all.</param>
/// <param name="columns">Tells the columns of the terminal, which change when somebody resizes it.</param>
/// <param name="time">The clock.</param>
internal sealed class BoardProgress(TextWriter terminal, int total, Func<int> columns, TimeProvider time) : IChangeProgress
{
    private const int WideBar = 24;
    private const int NarrowBar = 8;
    private const int Narrow = 60;
    private const int MostLines = 12;
    private static readonly TimeSpan s_shortest = TimeSpan.FromMilliseconds(80);

    private readonly Lock _gate = new();
    private readonly OrderedDictionary<int, Running> _running = [];

    // The cells of each line that stands there.
    private readonly List<int> _lines = [];
    private int _width;
    private int _done;
    private int _failed;
    private long _drawn;

    /// <inheritdoc/>
    public bool FollowsLogs => true;

    /// <inheritdoc/>
    public bool ShowsAll => true;

    /// <inheritdoc/>
    public void Started(GuestSummary guest, string upid)
    {
        lock (_gate)
        {
            _running[guest.Id.Value] = new Running(guest, time.GetTimestamp());
            Draw(isForced: true);
        }
    }

    /// <inheritdoc/>
    public void Logged(GuestSummary guest, string line)
    {
    }

    /// <inheritdoc/>
    public void Noted(GuestSummary guest, string text)
    {
        lock (_gate)
        {
            if (_running.TryGetValue(guest.Id.Value, out Running? running))
            {
                (running.Fraction, running.Text) = (null, text);
                Draw(isForced: true);
            }
        }
    }

    /// <inheritdoc/>
    public void Moved(GuestSummary guest, TaskProgress progress)
    {
        lock (_gate)
        {
            if (_running.TryGetValue(guest.Id.Value, out Running? running))
            {
                running.Fraction = progress.Fraction ?? running.Fraction;
                running.Text = progress.LastLine;
                Draw(isForced: false);
            }
        }
    }

    /// <inheritdoc/>
    public void Ended(GuestSummary guest, string outcome)
    {
        lock (_gate)
        {
            _running.Remove(guest.Id.Value);
            bool isFailed = outcome.StartsWith("failed", StringComparison.Ordinal);
            bool goesOn = outcome.StartsWith(IChangeProgress.StillRunning, StringComparison.Ordinal);
            _done += goesOn ? 0 : 1;
            if (isFailed || goesOn)
            {
                _failed += isFailed ? 1 : 0;
                Erase();
                terminal.WriteLine(TextCells.Cut($"{GuestKinds.Title(guest)}: {TextCells.Visible(outcome)}", _width));
            }

            Draw(isForced: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            Erase();
        }
    }

    private bool IsNarrow => _width < Narrow;

    private int Bar => IsNarrow ? NarrowBar : WideBar;

    private void Draw(bool isForced)
    {
        if (!isForced && time.GetElapsedTime(_drawn) < s_shortest)
        {
            return;
        }

        _drawn = time.GetTimestamp();
        Erase();
        string failed = _failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {_failed} failed") : "";
        string bar = ProgressBar.Draw(total == 0 ? 1 : (double)_done / total, Bar);
        string share = string.Create(CultureInfo.InvariantCulture, $"{_done}{(IsNarrow ? "/" : " of ")}{total}");
        Line(string.Create(CultureInfo.InvariantCulture, $"{bar} {share} done, {_running.Count} running{failed}"));
        foreach (Running running in _running.Values.Take(MostLines))
        {
            Line(Text(running));
        }
    }

    private string Text(Running running)
    {
        string share = running.Fraction is { } fraction
            ? string.Create(CultureInfo.InvariantCulture, $"{ProgressBar.Draw(fraction, Bar)} {fraction * 100,3:0} %")
            : $"{new string(' ', Bar + 2)}      ";
        string elapsed = Output.ValueRenderer.Duration(time.GetElapsedTime(running.Since).TotalSeconds);
        string text = TextCells.LogLine(running.Text);

        // Where there is little room the number comes first: it tells the guests apart.
        return IsNarrow
            ? $"{running.Guest.Id} {share} {elapsed}  {TextCells.Visible(running.Guest.Name ?? "")}  {text}"
            : $"{share}  {GuestKinds.Title(running.Guest)}  {elapsed}  {text}";
    }

    private void Line(string text)
    {
        string line = TextCells.Cut(text, Math.Max(1, _width - 1)).TrimEnd();
        terminal.WriteLine(line);
        _lines.Add(TextCells.Width(line));
    }

    // A terminal that became narrower has folded the lines that no longer fit.
    private void Erase()
    {
        _width = Math.Max(1, columns());
        if (_lines.Count > 0)
        {
            int rows = _lines.Sum(cells => Math.Max(1, (cells + _width - 1) / _width));
            terminal.Write(string.Create(CultureInfo.InvariantCulture, $"\r\e[{rows}A\e[J"));
            _lines.Clear();
        }
    }

    private sealed class Running(GuestSummary guest, long since)
    {
        public GuestSummary Guest { get; } = guest;

        public long Since { get; } = since;

        public double? Fraction { get; set; }

        public string Text { get; set; } = "";
    }
}
