namespace ProxSharp.Authentication;

/// <summary>Supplies the second factor of a login when the server asks for it.</summary>
/// <example>
/// <code>
/// SecondFactor ask = SecondFactor.FromCallback(challenge =&gt; SecondFactorResponse.Totp(Prompt($"Code for {challenge.User}: ")));
/// </code>
/// </example>
public sealed class SecondFactor
{
    private readonly Func<SecondFactorChallenge, SecondFactorResponse>? _synchronous;
    private readonly Func<SecondFactorChallenge, CancellationToken, ValueTask<SecondFactorResponse>>? _asynchronous;

    private SecondFactor(
        Func<SecondFactorChallenge, SecondFactorResponse>? synchronous,
        Func<SecondFactorChallenge, CancellationToken, ValueTask<SecondFactorResponse>>? asynchronous,
        SecretSource? oneTimePassword)
    {
        _synchronous = synchronous;
        _asynchronous = asynchronous;
        OneTimePassword = oneTimePassword;
    }

    /// <summary>The code that goes with the password as <c>otp</c>; null if the server's question is answered instead.</summary>
    internal SecretSource? OneTimePassword { get; }

    /// <summary>Asks a function, for synchronous and asynchronous calls.</summary>
    public static SecondFactor FromCallback(Func<SecondFactorChallenge, SecondFactorResponse> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new SecondFactor(callback, (challenge, _) => ValueTask.FromResult(callback(challenge)), null);
    }

    /// <summary>Asks an asynchronous function.</summary>
    /// <param name="callback">Answers the challenge.</param>
    /// <param name="synchronous">Answers it for synchronous calls; without it they end with an <see cref="InvalidOperationException"/>.</param>
    public static SecondFactor FromCallback(
        Func<SecondFactorChallenge, CancellationToken, ValueTask<SecondFactorResponse>> callback,
        Func<SecondFactorChallenge, SecondFactorResponse>? synchronous = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new SecondFactor(synchronous, callback, null);
    }

    /// <summary>
    /// Sends a code together with the password in the parameter <c>otp</c>. Proxmox VE has it for realms that demand a factor themselves
    /// (Yubico or OATH); Proxmox Backup Server does not know it.
    /// </summary>
    /// <param name="code">The code; read anew for each login.</param>
    public static SecondFactor FromOneTimePassword(SecretSource code)
    {
        ArgumentNullException.ThrowIfNull(code);
        return new SecondFactor(null, null, code);
    }

    /// <summary>Never shows a code.</summary>
    public override string ToString() => "second factor ***";

    /// <summary>True if a question of the server can be answered.</summary>
    internal bool CanRespond => _asynchronous is not null;

    internal SecondFactorResponse Respond(SecondFactorChallenge challenge)
    {
        if (_synchronous is null)
        {
            throw new InvalidOperationException(
                "The second factor comes from an asynchronous callback, which a synchronous call cannot await: "
                + "use the asynchronous methods, or give SecondFactor.FromCallback a synchronous callback too.");
        }

        return Checked(_synchronous(challenge));
    }

    internal async ValueTask<SecondFactorResponse> RespondAsync(SecondFactorChallenge challenge, CancellationToken cancellationToken)
        => Checked(await _asynchronous!(challenge, cancellationToken).ConfigureAwait(false));

    private static SecondFactorResponse Checked(SecondFactorResponse? response)
        => response ?? throw new InvalidOperationException("The callback for the second factor returned null.");
}
