namespace ProxSharp.Simulator.Rrd;

/// <summary>The moments a time series is asked for.</summary>
/// <param name="First">Unix seconds of the first sample.</param>
/// <param name="Step">Seconds between samples.</param>
/// <param name="Count">How many samples there are.</param>
internal readonly record struct RrdWindow(long First, int Step, int Count)
{
    /// <summary>The window of a timeframe that ends now.</summary>
    public static RrdWindow Of(string timeframe, DateTimeOffset now)
    {
        (int step, int count) = timeframe switch
        {
            "hour" => (60, 60),
            "day" => (60, 1440),
            "week" => (1800, 336),
            "month" => (1800, 1440),
            "year" => (21_600, 1460),
            _ => (604_800, 520),
        };

        // A sample is there when its interval is over.
        long last = (now.ToUnixTimeSeconds() / step * step) - step;
        return new RrdWindow(last - ((long)step * (count - 1)), step, count);
    }
}
