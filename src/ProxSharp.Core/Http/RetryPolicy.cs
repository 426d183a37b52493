namespace ProxSharp.Http;

/// <summary>Decides whether a failed call is made again. Only what cannot do harm is.</summary>
internal sealed class RetryPolicy
{
    private readonly ProxmoxRetryOptions _options;
    private readonly Func<double> _random;

    /// <summary>Creates the policy.</summary>
    /// <param name="options">How often and how long.</param>
    /// <param name="random">Numbers from 0 to 1 that spread the pauses of many clients.</param>
    public RetryPolicy(ProxmoxRetryOptions options, Func<double>? random = null) => (_options, _random) = (options, random ?? Random.Shared.NextDouble);

    /// <summary>Tells whether to make a call again, and when.</summary>
    /// <param name="call">The call.</param>
    /// <param name="failure">How the last attempt failed.</param>
    /// <param name="attempt">How many attempts there were.</param>
    /// <param name="remaining">How much time the call has left.</param>
    /// <param name="pause">How long to wait before the next one.</param>
    public bool TryGetPause(ApiCall call, ProxmoxException failure, int attempt, TimeSpan remaining, out TimeSpan pause)
    {
        pause = TimeSpan.Zero;
        if (attempt >= Limit(call, failure))
        {
            return false;
        }

        double longest = Math.Min(_options.MaxDelay.TotalMilliseconds, _options.Delay.TotalMilliseconds * Math.Pow(2, attempt - 1));
        pause = TimeSpan.FromMilliseconds(longest * (0.5 + (0.5 * _random())));
        return pause < remaining;
    }

    private int Limit(ApiCall call, ProxmoxException failure) => failure switch
    {
        // Refused because of a lock: not carried out, so any verb may be repeated, but only on request.
        ProxmoxApiException { Busy: true } => call.RetryBusy && CanSendAgain(call) ? _options.MaxBusyAttempts : 1,
        ProxmoxApiException { RepeatsReads: true } => call.IsRead ? _options.MaxAttempts : 1,
        ProxmoxConnectionException { IsCertificateProblem: false, OutcomeUnknown: false } => CanSendAgain(call) ? _options.MaxAttempts : 1,
        _ => 1,
    };

    // A file is read from its stream once.
    private static bool CanSendAgain(ApiCall call) => call.Upload is null || !call.MayHaveReachedServer;
}
