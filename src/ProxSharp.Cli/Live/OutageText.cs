using System.Globalization;
using ProxSharp.Cli.Commands;

namespace ProxSharp.Cli.Live;

/// <summary>Says that a server does not answer: on the screen as long as it lasts, on standard error once, and once more when it is over.</summary>
/// <param name="run">Where messages go.</param>
internal sealed class OutageText(CommandRun run)
{
    private bool _isLost;

    /// <summary>Tells on standard error what has changed.</summary>
    /// <param name="outage">How it is now; null for well.</param>
    public void Tell(Outage? outage)
    {
        if (_isLost == outage is not null)
        {
            return;
        }

        _isLost = outage is not null;
        run.Warn(outage is null ? "the server answers again" : $"no new data since {Clock(outage, run.Services.Time)}: {outage.Reason}; {Next(outage)}");
    }

    /// <summary>The line of a screen.</summary>
    /// <param name="outage">What is wrong.</param>
    /// <param name="time">The clock: of a day that is over, the date is told.</param>
    public static string Line(Outage outage, TimeProvider time) => $"Stale since {Clock(outage, time)}: {outage.Reason}; {Next(outage)}";

    private static string Next(Outage outage) => outage.IsWaiting ? "waiting" : "trying again";

    private static string Clock(Outage outage, TimeProvider time) => outage.Since.ToString(
        outage.Since.Date == time.GetLocalNow().Date ? "HH:mm:ss" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
