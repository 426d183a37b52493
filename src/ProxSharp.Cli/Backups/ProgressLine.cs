using System.Globalization;
using System.Text;
using ProxSharp.Backup;
using ProxSharp.Backup.Files;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Backups;

/// <summary>
/// Shows on standard error how far a backup, restore or verification is: in one line of a terminal, or where that is none, in a line every minute. Programs are
/// not told.
/// </summary>
internal sealed class ProgressLine : IProgress<BackupProgress>, IProgress<RestoreProgress>
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly CommandRun _run;
    private readonly TextWriter? _terminal;
    private long _last;
    private bool _isOpen;

    public ProgressLine(CommandRun run)
    {
        (_run, _terminal) = (run, run.ProgressTerminal);
        _last = run.Services.Time.GetTimestamp();
    }

    /// <inheritdoc/>
    public void Report(BackupProgress value)
    {
        if (!IsDue())
        {
            return;
        }

        StringBuilder text = new(value.Archive);
        text.Append(": read ").Append(ValueRenderer.Bytes(value.BytesRead));

        // A narrow terminal cuts the end off: what matters most comes first. The speed is that of what the server has, as is the time that is left.
        Append(text, value.BytesReused + value.BytesUploaded, value.Elapsed, value.Remaining);
        text.Append(", reused ").Append(ValueRenderer.Bytes(value.BytesReused));
        text.Append(", uploaded ").Append(ValueRenderer.Bytes(value.BytesUploaded)).Append(" (").Append(ValueRenderer.Bytes(value.BytesSent)).Append(" sent)");
        Show(text.ToString());
    }

    /// <inheritdoc/>
    public void Report(RestoreProgress value)
    {
        if (!IsDue())
        {
            return;
        }

        double share = value.BytesTotal > 0 ? 100.0 * value.BytesDone / value.BytesTotal : 100;
        StringBuilder text = new(value.File);
        text.Append(
            CultureInfo.InvariantCulture, $": {ValueRenderer.Bytes(value.BytesDone)} of {ValueRenderer.Bytes(value.BytesTotal)} ({share:0} %), fetched ");
        text.Append(ValueRenderer.Bytes(value.BytesFetched));
        Append(text, value.BytesDone, value.Elapsed, value.Remaining);
        Show(text.ToString());
    }

    /// <summary>Shows how far single files of a tree are.</summary>
    public void Report(string archive, FileProgress value)
    {
        if (IsDue())
        {
            Show(string.Create(CultureInfo.InvariantCulture, $"{archive}: {value.Entries} entries, {ValueRenderer.Bytes(value.Bytes)}"));
        }
    }

    /// <summary>Leaves the line.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_isOpen)
            {
                _terminal!.Write("\r\e[K");
                _terminal.Flush();
                _isOpen = false;
            }
        }
    }

    private static void Append(StringBuilder text, long bytes, TimeSpan elapsed, TimeSpan? remaining)
    {
        if (elapsed > TimeSpan.Zero)
        {
            text.Append(", ").Append(ValueRenderer.Bytes(bytes / elapsed.TotalSeconds)).Append("/s");
        }

        if (remaining is { } left)
        {
            text.Append(", ").Append(ValueRenderer.Duration(left.TotalSeconds)).Append(" left");
        }
    }

    private bool IsDue()
    {
        if (_run.IsMachineOutput)
        {
            return false;
        }

        lock (_gate)
        {
            if (_run.Services.Time.GetElapsedTime(_last) < (_terminal is null ? s_quiet : s_pause))
            {
                return false;
            }

            _last = _run.Services.Time.GetTimestamp();
            return true;
        }
    }

    private void Show(string text)
    {
        lock (_gate)
        {
            if (_terminal is null)
            {
                _run.Note(TextCells.Visible(text));
                return;
            }

            string line = TextCells.Visible(text);
            int width = (_run.Services.Console.Width ?? 80) - 1;
            _terminal.Write($"\r{(line.Length > width ? line[..width] : line)}\e[K");
            _terminal.Flush();
            _isOpen = true;
        }
    }

    /// <summary>Shows how far single files of an archive are.</summary>
    public sealed class OfFiles(ProgressLine line, string archive) : IProgress<FileProgress>
    {
        /// <inheritdoc/>
        public void Report(FileProgress value) => line.Report(archive, value);
    }
}
