using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Live;

/// <summary>
/// Reads the same again and again. A failure of the first read is final: the address may be wrong. Later a server that does not answer is waited for,
/// and only what does not mend by itself ends it.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="interval">How long to wait after a read.</param>
internal sealed class RepeatedReading(TimeProvider time, TimeSpan interval)
{
    // A server that is being started again is asked less often, and yet seen soon.
    private const int MostIntervals = 4;
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    // A call has a minute to be answered; what is shown is old long before.
    private const int MostMissed = 3;
    private static readonly TimeSpan s_longestPatience = TimeSpan.FromSeconds(15);

    private const long MostGarbage = 32 * 1024 * 1024;

    private DateTimeOffset? _last;
    private int _failures;
    private long _collected;

    /// <summary>What is wrong since the last read that succeeded; null while all is well.</summary>
    public Outage? Outage { get; private set; }

    /// <summary>How long to wait before the next read.</summary>
    public TimeSpan Pause
    {
        get
        {
            TimeSpan pause = interval * Math.Clamp(_failures, 1, MostIntervals);
            TimeSpan longest = interval > s_longestPause ? interval : s_longestPause;
            return pause < longest ? pause : longest;
        }
    }

    /// <summary>Tries to read.</summary>
    /// <param name="read">Reads; whatever it keeps, it keeps when all of it is read.</param>
    /// <param name="tell">Is told of a server that has answered before and hangs now, while the read goes on; null tells nobody.</param>
    /// <returns>True if it was read, false if the server does not answer now.</returns>
    public async Task<bool> TryAsync(Func<Task> read, Action<Outage>? tell = null)
    {
        Collect();
        try
        {
            Task reading = read();
            await TellIfLateAsync(reading, tell).ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
        catch (Exception failure) when (_last is not null && MayPass(failure))
        {
            _failures++;
            Outage = new Outage(_last.Value, Reason(ErrorMapper.Map(failure).Message));
            return false;
        }

        (_last, _failures, Outage) = (time.GetLocalNow(), 0, null);
        return true;
    }

    // A look at 20 000 guests makes 100 MB of garbage, most of it in large arrays, of which the collector lets several looks pile up. What is left of the last look
    // goes before the next one; a small cluster makes too little for it to be worth it.
    private void Collect()
    {
        long allocated = GC.GetTotalAllocatedBytes();
        if (allocated - _collected > MostGarbage)
        {
            GC.Collect();
            _collected = GC.GetTotalAllocatedBytes();
        }
    }

    private async Task TellIfLateAsync(Task reading, Action<Outage>? tell)
    {
        if (tell is null || Outage is not null || _last is not { } last)
        {
            return;
        }

        TimeSpan patience = interval * MostMissed;
        using PeriodicTimer late = new(patience < s_longestPatience ? patience : s_longestPatience, time);
        await Task.WhenAny(reading, late.WaitForNextTickAsync().AsTask()).ConfigureAwait(false);
        if (!reading.IsCompleted)
        {
            Outage = new Outage(last, "no answer yet") { IsWaiting = true };
            tell(Outage);
        }
    }

    // Which call it was matters little here, and a line of a screen is short.
    private static string Reason(string message)
    {
        const string Call = "Unable to ";
        const string End = ": ";
        int end = message.StartsWith(Call, StringComparison.Ordinal) ? message.IndexOf(End, StringComparison.Ordinal) : -1;
        return TextCells.Visible((end < 0 ? message : message[(end + End.Length)..]).ReplaceLineEndings(" ")).TrimEnd('.');
    }

    private static bool MayPass(Exception failure) => failure switch
    {
        // Proxmox: a cluster that is out of step answers reads with 500 and all kinds of texts. The kinds that say more are classes of their own.
        ProxmoxApiException answer when answer.GetType() == typeof(ProxmoxApiException) =>
            answer.IsTransient || (answer.ParameterErrors.Count == 0 && (int)answer.StatusCode >= 500 && (int)answer.StatusCode != 501),
        ProxmoxException other => other.IsTransient,
        CliException { InnerException: ProxmoxException cause } => MayPass(cause),
        CliException own => own.Error.IsRetryable,
        _ => false,
    };
}
