namespace ProxSharp.Authentication;

/// <summary>The answer to a <see cref="SecondFactorChallenge"/>.</summary>
public sealed class SecondFactorResponse
{
    private SecondFactorResponse(string kind, string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        Kind = kind;
        Wire = $"{kind}:{value}";
    }

    /// <summary>The factor that is used: <c>totp</c>, <c>recovery</c>, <c>yubico</c>, <c>webauthn</c> or <c>u2f</c>.</summary>
    public string Kind { get; }

    /// <summary>The text that goes to the server in the place of the password.</summary>
    internal string Wire { get; }

    /// <summary>A time-based code, for example <c>123456</c>; each is good for one login.</summary>
    public static SecondFactorResponse Totp(string code) => new("totp", Compact(code));

    /// <summary>One of the recovery keys, <c>xxxx-xxxx-xxxx-xxxx</c>; each is good for one login.</summary>
    public static SecondFactorResponse Recovery(string key) => new("recovery", Trimmed(key));

    /// <summary>What a YubiKey types when it is touched.</summary>
    public static SecondFactorResponse Yubico(string code) => new("yubico", Trimmed(code));

    /// <summary>The JSON with which an authenticator answered <see cref="SecondFactorChallenge.WebAuthn"/>.</summary>
    public static SecondFactorResponse WebAuthn(string json) => new("webauthn", json);

    /// <summary>The JSON with which a U2F key answered <see cref="SecondFactorChallenge.U2f"/>.</summary>
    public static SecondFactorResponse U2f(string json) => new("u2f", json);

    /// <summary>A response in the server's own form, for kinds that have no method here.</summary>
    /// <param name="response">Kind and value, for example <c>totp:123456</c>.</param>
    /// <exception cref="ArgumentException">The text has no colon.</exception>
    public static SecondFactorResponse Raw(string response)
    {
        ArgumentException.ThrowIfNullOrEmpty(response);
        int colon = response.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            ? new SecondFactorResponse(response[..colon], response[(colon + 1)..])
            : throw new ArgumentException("A response has the form kind:value, for example totp:123456.", nameof(response));
    }

    /// <summary>Names the kind, never the value.</summary>
    public override string ToString() => $"{Kind}:***";

    private static string Trimmed(string? text) => text?.Trim() ?? "";

    // Authenticator apps show codes in two groups.
    private static string Compact(string? code) => code?.Replace(" ", "", StringComparison.Ordinal).Trim() ?? "";
}
