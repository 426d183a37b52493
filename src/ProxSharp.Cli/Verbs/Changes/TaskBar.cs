using System.Globalization;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Terminal;
using ProxSharp.Tasks;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Shows the log of one task, and at a terminal a bar below it as long as the task says how far it is.</summary>
/// <param name="command">The run.</param>
internal sealed class TaskBar(CommandRun command) : IProgress<TaskProgress>, IDisposable
{
    private const int Width = 30;

    private readonly Lock _gate = new();
    private readonly TextWriter? _terminal = command.ProgressTerminal;
    private bool _isDrawn;

    /// <summary>Shows a line of the log.</summary>
    public void Log(string line)
    {
        lock (_gate)
        {
            Clear();
            command.NoteLog(line);
        }
    }

    /// <summary>Tells something beside the log.</summary>
    public void Note(string text)
    {
        lock (_gate)
        {
            Clear();
            command.Note(text);
        }
    }

    /// <inheritdoc/>
    public void Report(TaskProgress value)
    {
        if (_terminal is null || value.Fraction is not { } fraction)
        {
            return;
        }

        lock (_gate)
        {
            _terminal.Write($"\r\e[K{ProgressBar.Draw(fraction, Width)} {(fraction * 100).ToString("0", CultureInfo.InvariantCulture)} %");
            _isDrawn = true;
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

    private void Clear()
    {
        if (_isDrawn)
        {
            _terminal?.Write("\r\e[K");
            _isDrawn = false;
        }
    }
}
