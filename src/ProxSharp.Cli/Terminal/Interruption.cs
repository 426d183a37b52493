using System.Runtime.InteropServices;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Terminal;

/// <summary>What signals do to a run: the first one ends the work in order, a second one ends the process at once.</summary>
/// <param name="time">The clock; null for that of the machine.</param>
internal sealed class Interruption(TimeProvider? time = null) : IDisposable
{
    // coreutils: timeout sends its signal to the program and then to the group that the program is in, which is one wish and not two.
    private static readonly TimeSpan s_sameWish = TimeSpan.FromMilliseconds(300);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly CancellationTokenSource _source = new();
    private volatile int _exitCode = ExitCodes.Interrupted;
    private long _takenAt;

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Takes a signal.</summary>
    /// <param name="signal">Which one.</param>
    /// <returns>True if the work ends in order; false if the process is to end as the signal has it.</returns>
    public bool Take(PosixSignal signal)
    {
        if (_source.IsCancellationRequested)
        {
            return _time.GetElapsedTime(Interlocked.Read(ref _takenAt)) < s_sameWish;
        }

        Interlocked.Exchange(ref _takenAt, _time.GetTimestamp());

        _exitCode = signal switch
        {
            PosixSignal.SIGTERM => ExitCodes.Terminated,
            PosixSignal.SIGHUP => ExitCodes.HungUp,
            PosixSignal.SIGQUIT => ExitCodes.Quit,
            _ => ExitCodes.Interrupted,
        };
        try
        {
            _source.Cancel();
            return true;
        }
        catch (ObjectDisposedException)
        {
            // The work is done, and the process about to end by itself. What fails in the work that is ended comes in another exception.
            return true;
        }
    }

    /// <summary>The exit code of a run that the signal has ended.</summary>
    public int ExitCode => _exitCode;

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
