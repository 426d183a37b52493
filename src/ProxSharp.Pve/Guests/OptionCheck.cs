namespace ProxSharp.Pve.Guests;

/// <summary>Checks and converts options of calls.</summary>
internal static class OptionCheck
{
    /// <summary>Refuses an option that the other kind of guest has.</summary>
    public static void Refuse(bool isSet, string option, string kind)
    {
        if (isSet)
        {
            throw new ArgumentException($"{option} is an option for {kind} only.");
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
