using System.Globalization;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Calls;

/// <summary>Shows in one line of a terminal how much of a file has been sent.</summary>
internal sealed class UploadProgress(TextWriter terminal, long length) : IProgress<long>
{
    private bool _hasWritten;

    /// <inheritdoc/>
    public void Report(long value)
    {
        double share = length > 0 ? 100.0 * value / length : 100;
        terminal.Write(string.Create(CultureInfo.InvariantCulture, $"\rsent {ValueRenderer.Bytes(value)} of {ValueRenderer.Bytes(length)} ({share:0} %)\e[K"));
        terminal.Flush();
        _hasWritten = true;
    }

    /// <summary>Leaves the line.</summary>
    public void End()
    {
        if (_hasWritten)
        {
            terminal.WriteLine();
        }
    }
}
