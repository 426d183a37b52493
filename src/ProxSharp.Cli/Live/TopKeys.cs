using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Live;

/// <summary>Takes the keys of the live view while something else goes on.</summary>
/// <param name="console">Where they are pressed.</param>
/// <param name="state">What they change.</param>
/// <param name="time">The clock.</param>
/// <param name="draw">Shows the state anew.</param>
internal sealed class TopKeys(IConsoleHost console, TopState state, TimeProvider time, Action draw)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private (int?, int?) _size = (console.Width, console.Height);
    private Outage? _outage = state.Outage;

    /// <summary>Takes them until something has ended, the user wants to leave, or it is given up.</summary>
    /// <param name="end">What goes on; how it ends is for others to see.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task TakeAsync(Task end, CancellationToken cancellationToken)
    {
        while (!state.IsOver && !end.IsCompleted && !cancellationToken.IsCancellationRequested)
        {
            if (console.TryReadKey() is { } key)
            {
                if (state.Press(key.KeyChar, key.Key) && !state.IsOver)
                {
                    draw();
                }

                continue;
            }

            // The window of the terminal may have another size, and what is shown may have become old.
            if (_size != (console.Width, console.Height) || _outage != state.Outage)
            {
                (_size, _outage) = ((console.Width, console.Height), state.Outage);
                draw();
            }

            await Task.WhenAny(end, Task.Delay(s_pause, time, cancellationToken)).ConfigureAwait(false);
        }
    }
}
