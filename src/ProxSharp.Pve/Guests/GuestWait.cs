using System.Globalization;
using ProxSharp.Http;

namespace ProxSharp.Pve.Guests;

/// <summary>Looks again and again until something has come true.</summary>
internal sealed class GuestWait
{
    private readonly GuestWaitOptions _options;
    private readonly TimeProvider _clock;
    private readonly long _start;

    public GuestWait(GuestWaitOptions? options, TimeProvider clock)
    {
        (_options, _clock, _start) = (options ?? new GuestWaitOptions(), clock, clock.GetTimestamp());
        OptionCheck.Wait(_options.Timeout, _options.Interval);
    }

    /// <summary>Waits.</summary>
    /// <param name="isTrue">Looks.</param>
    /// <param name="what">What is waited for, as the message of the exception says it.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="TimeoutException">The time is up.</exception>
    public async Task UntilAsync(Func<CancellationToken, Task<bool>> isTrue, string what, CancellationToken cancellationToken)
    {
        while (!await isTrue(cancellationToken).ConfigureAwait(false))
        {
            await Pause.ForAsync(Next(what), _clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="UntilAsync"/>
    public void Until(Func<CancellationToken, bool> isTrue, string what, CancellationToken cancellationToken)
    {
        while (!isTrue(cancellationToken))
        {
            Pause.For(Next(what), _clock, cancellationToken);
        }
    }

    private TimeSpan Next(string what)
    {
        if (_options.Timeout == Timeout.InfiniteTimeSpan)
        {
            return _options.Interval;
        }

        TimeSpan left = _options.Timeout - _clock.GetElapsedTime(_start);
        if (left <= TimeSpan.Zero)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"{what} within {_options.Timeout.TotalSeconds:0.###} s."));
        }

        return left < _options.Interval ? left : _options.Interval;
    }
}
