using System.Diagnostics;

namespace ProxSharp.Http;

/// <summary>The time a call has, joined with the caller's token, and its span in the trace.</summary>
internal sealed class CallScope : IDisposable
{
    private readonly ApiCall _call;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly CancellationToken _callers;
    private readonly CancellationTokenSource? _timer;
    private readonly CancellationTokenRegistration _link;
    private Exception? _failure;
    private bool _over;

    public CallScope(ApiCall call, ProxmoxEndpoint endpoint, TimeProvider time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (_call, _time, _callers) = (call, time, cancellationToken);
        _start = time.GetTimestamp();
        Activity = Telemetry.Start(call, endpoint);
        if (call.Timeout == Timeout.InfiniteTimeSpan)
        {
            Token = cancellationToken;
            return;
        }

        _timer = ReferenceEquals(time, TimeProvider.System) ? new CancellationTokenSource(call.Timeout) : new CancellationTokenSource(call.Timeout, time);
        _link = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _timer);
        Token = _timer.Token;
    }

    /// <summary>Cancelled when the time is over or the caller gives up.</summary>
    public CancellationToken Token { get; }

    /// <summary>The span; null if nobody listens.</summary>
    public Activity? Activity { get; }

    /// <summary>True if the caller gave up.</summary>
    public bool IsCancelled => _callers.IsCancellationRequested;

    /// <summary>True if the time is over.</summary>
    public bool IsTimedOut => !IsCancelled && Token.IsCancellationRequested;

    /// <summary>How much time is left.</summary>
    public TimeSpan Remaining => _timer is null ? TimeSpan.MaxValue : _call.Timeout - _time.GetElapsedTime(_start);

    /// <summary>Makes of a failure what the caller gets to see; null if it is that already.</summary>
    public Exception? Translate(string host, Exception exception) => exception switch
    {
        ProxmoxException => null,
        _ when UploadSourceException.Find(exception) is { } source => ReferenceEquals(source, exception) ? null : source,

        // Cancelling closes the connection: what then comes of a read or write says little.
        OperationCanceledException or HttpRequestException or IOException or ObjectDisposedException when IsCancelled =>
            new OperationCanceledException(exception.Message, exception, _callers),
        InvalidDataException => new ProxmoxProtocolException($"Unable to read the answer to {_call} from {host}: it cannot be decompressed", exception),
        OperationCanceledException or HttpRequestException or IOException => TransportFailures.Translate(_call, host, exception, IsTimedOut),
        ObjectDisposedException { ObjectName: "System.Net.Security.SslStream" } => TransportFailures.Translate(_call, host, exception, IsTimedOut),
        ObjectDisposedException when IsTimedOut => TransportFailures.Translate(_call, host, exception, IsTimedOut),
        _ => null,
    };

    /// <summary>Notes how the call ended.</summary>
    public bool Note(Exception failure)
    {
        _failure = failure;
        return false;
    }

    /// <summary>Makes the exception for a change whose answer was lost.</summary>
    public ProxmoxOutcomeUnknownException Lost(ProxmoxException failure)
    {
        DateTimeOffset now = _time.GetUtcNow();
        return new ProxmoxOutcomeUnknownException(_call, failure, now - _time.GetElapsedTime(_start), now);
    }

    /// <summary>Waits before the next attempt.</summary>
    public void Wait(TimeSpan pause) => Pause.For(pause, _time, _callers);

    /// <inheritdoc cref="Wait"/>
    public Task WaitAsync(TimeSpan pause) => Pause.ForAsync(pause, _time, _callers);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_over)
        {
            return;
        }

        _over = true;
        _link.Dispose();
        _timer?.Dispose();
        Telemetry.Finish(_call, Activity, _failure, _time.GetElapsedTime(_start));
        Activity?.Dispose();
    }
}
