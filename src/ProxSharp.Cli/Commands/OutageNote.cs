using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Commands;

/// <summary>Tells the user that a server does not answer while its tasks are waited for: at once, then every half minute, for all tasks together.</summary>
internal sealed class OutageNote(CommandRun command) : IProgress<ProxmoxException>
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private long? _last;

    public void Report(ProxmoxException value)
    {
        TimeProvider time = command.Services.Time;
        lock (_gate)
        {
            if (_last is { } last && time.GetElapsedTime(last) < s_pause)
            {
                return;
            }

            _last = time.GetTimestamp();
            command.Warn(TextCells.Visible($"the server does not answer ({ErrorMapper.Map(value).Message}); waiting goes on"));
        }
    }
}
