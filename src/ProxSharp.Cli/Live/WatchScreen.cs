using System.Text;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Live;

/// <summary>
/// Shows a result that is read again and again on the other screen of the terminal, as much of it as fits. What was there before comes back when it is
/// disposed.
/// </summary>
/// <param name="run">Where it is shown.</param>
internal sealed class WatchScreen(CommandRun run) : IDisposable
{
    /// <summary>The columns of a terminal that does not tell.</summary>
    public const int UsualWidth = 80;

    /// <summary>The lines of a terminal that does not tell.</summary>
    public const int UsualHeight = 24;

    private readonly IConsoleHost _console = run.Services.Console;
    private readonly OtherScreen _screen = new(run.Services.Console);
    private string _text = "";
    private Outage? _outage;
    private (int Width, int Height)? _size;

    /// <summary>Shows a result.</summary>
    /// <param name="text">It as text.</param>
    public void Show(string text)
    {
        (_text, _outage) = (text, null);
        Paint();
    }

    /// <summary>Says that what is shown is old.</summary>
    /// <param name="outage">Why.</param>
    public void Lose(Outage outage)
    {
        _outage = outage;
        Paint();
    }

    /// <summary>Shows it anew if the window of the terminal has another size.</summary>
    public void Refresh()
    {
        if (_size != Size())
        {
            Paint();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _screen.Dispose();

    private (int Width, int Height) Size() => (_console.Width ?? UsualWidth, _console.Height ?? UsualHeight);

    // All at once, over what is there: a screen that is cleared first is seen empty.
    private void Paint()
    {
        (int width, int height) = Size();
        StringBuilder frame = new("\e[H");
        IReadOnlyList<string> lines = WatchFrame.Cut(
            _text, width, height, _outage is { } outage ? OutageText.Line(outage, run.Services.Time) : null, run.Output.Ansi, plain: false);

        // Erased before it is written: behind the last column there is nothing left to erase.
        frame.AppendJoin("\r\n", lines.Select(static line => $"\e[2K{line}"));
        frame.Append(lines.Count < height ? "\r\n\e[J" : "");
        _size = (width, height);
        _screen.Show(frame.ToString());
    }
}
