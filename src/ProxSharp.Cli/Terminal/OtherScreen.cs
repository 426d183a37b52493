namespace ProxSharp.Cli.Terminal;

/// <summary>
/// The other screen of a terminal, without its cursor: what was there before comes back when it is disposed, and while the program is stopped (Ctrl-Z).
/// When the program goes on, what was shown last is shown again.
/// </summary>
internal sealed class OtherScreen : IDisposable
{
    private const string Enter = "\e[?1049h\e[?25l";
    private const string Leave = "\e[0m\e[?25h\e[?1049l";

    private readonly TextWriter _writer;
    private readonly IDisposable? _stops;
    private readonly Lock _lock = new();
    private string? _frame;
    private bool _isAway;

    /// <summary>Begins to look for stops; the screen is entered with the first frame.</summary>
    /// <param name="console">The terminal.</param>
    public OtherScreen(IConsoleHost console)
    {
        _writer = console.Out;
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
            if (!_isAway)
            {
                Write(isFirst ? Enter + frame : frame);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stops?.Dispose();
        lock (_lock)
        {
            if (_frame is not null && !_isAway)
            {
                Write(Leave);
            }
        }
    }

    private void Stop()
    {
        lock (_lock)
        {
            if (_frame is not null && !_isAway)
            {
                Write(Leave);
            }

            _isAway = true;
        }
    }

    // Who stopped it without a word to it (kill -STOP) has had the other screen, and it is entered again as well.
    private void GoOn()
    {
        lock (_lock)
        {
            _isAway = false;
            if (_frame is not null)
            {
                Write(Enter + _frame);
            }
        }
    }

    private void Write(string text)
    {
        _writer.Write(text);
        _writer.Flush();
    }
}
