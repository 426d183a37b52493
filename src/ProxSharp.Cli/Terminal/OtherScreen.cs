namespace ProxSharp.Cli.Terminal;

/// <summary>
/// The other screen of a terminal, without its cursor: what was there before comes back when it is disposed, and while the program is stopped (Ctrl-Z).
/// When the program goes on, what was shown last is shown again; in the background (bg) not before it is in front again (fg).
/// </summary>
internal sealed class OtherScreen : IDisposable
{
    private const string Enter = "\e[?1049h\e[?25l";
    private const string Leave = "\e[0m\e[?25h\e[?1049l";

    private readonly IConsoleHost _console;
    private readonly TextWriter _writer;
    private readonly IDisposable? _stops;
    private readonly Lock _lock = new();
    private string? _frame;
    private bool _isAway;

    // Whether the first screen is shown, although a frame is there: the program was stopped or is in the background, and has drawn nothing since.
    private bool _isLeft;

    /// <summary>Begins to look for stops; the screen is entered with the first frame.</summary>
    /// <param name="console">The terminal.</param>
    public OtherScreen(IConsoleHost console)
    {
        (_console, _writer) = (console, console.Out);
        _stops = console.WatchStops(Stop, GoOn);
    }

    /// <summary>Shows a frame.</summary>
    /// <param name="frame">All that is written to show it.</param>
    public void Show(string frame)
    {
        lock (_lock)
        {
            bool isFirst = _frame is null;
            _frame = frame;
            if (IsInFront())
            {
                Write(isFirst || _isLeft ? Enter + frame : frame);
                if (_isLeft)
                {
                    _isLeft = false;
                    _console.ComeToFront();
                }
            }
            else
            {
                _isLeft = true;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stops?.Dispose();
        lock (_lock)
        {
            if (_frame is not null && !_isLeft && IsInFront())
            {
                Write(Leave);
            }
        }
    }

    // The shell that has the terminal has its line there. A program that is sent to the front hears of it only if it was stopped, so each frame asks.
    private bool IsInFront() => !_isAway && !_console.IsInBackground;

    private void Stop()
    {
        lock (_lock)
        {
            if (_frame is not null && !_isLeft && IsInFront())
            {
                Write(Leave);
            }

            (_isAway, _isLeft) = (true, true);
        }
    }

    // Who stopped it without a word to it (kill -STOP) has had the other screen, and it is entered again as well.
    private void GoOn()
    {
        lock (_lock)
        {
            (_isAway, _isLeft) = (false, true);
            if (_frame is not null && IsInFront())
            {
                Write(Enter + _frame);
                _isLeft = false;
            }
        }
    }

    private void Write(string text)
    {
        _writer.Write(text);
        _writer.Flush();
    }
}
