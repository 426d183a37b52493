namespace ProxSharp.Pve.Guests;

/// <summary>Checks and converts options of calls.</summary>
internal static class OptionCheck
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromDays(1);

    /// <summary>Refuses an option that the other kind of guest has.</summary>
    public static void Refuse(bool isSet, string option, string kind)
    {
        if (isSet)
        {
            throw new ArgumentException($"{option} is an option for {kind} only.");
        }
    }

    /// <summary>Refuses a wait that could not work.</summary>
    /// <param name="timeout">The whole time; any that is not negative, or infinite.</param>
    /// <param name="interval">The time between two looks; positive, and no more than timers hold.</param>
    public static void Wait(TimeSpan timeout, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero, nameof(interval));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(interval, s_longestPause, nameof(interval));
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero, nameof(timeout));
        }
    }

    /// <summary>Whole seconds, rounded up.</summary>
    public static long? Seconds(TimeSpan? time)
    {
        if (time is not { } set)
        {
            return null;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(set, TimeSpan.Zero, "timeout");
        return (long)Math.Ceiling(set.TotalSeconds);
    }

    /// <summary>False, the default of all these parameters, is not sent.</summary>
    public static bool? Flag(bool value) => value ? true : null;
}
