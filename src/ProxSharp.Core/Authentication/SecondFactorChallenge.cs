using System.Text.Json;

namespace ProxSharp.Authentication;

/// <summary>The server took the password and now wants a second factor. The properties say which ones the user has.</summary>
public sealed class SecondFactorChallenge
{
    private SecondFactorChallenge(string user, string ticket)
    {
        User = user;
        Ticket = ticket;
    }

    /// <summary>The user who logs in, <c>user@realm</c>.</summary>
    public string User { get; }

    /// <summary>The kinds that would be accepted, as the server names them: <c>totp</c>, <c>recovery</c>, <c>yubico</c>, <c>webauthn</c>, <c>u2f</c>.</summary>
    public IReadOnlyList<string> Kinds { get; private init; } = [];

    /// <summary>True if a time-based code is accepted.</summary>
    public bool AcceptsTotp => Kinds.Contains("totp");

    /// <summary>The numbers of the recovery keys that have not been used yet, from 0; empty if there are none.</summary>
    public IReadOnlyList<int> RecoveryKeys { get; private init; } = [];

    /// <summary>True if a recovery key is accepted.</summary>
    public bool AcceptsRecovery => Kinds.Contains("recovery");

    /// <summary>True if a Yubico one-time password is accepted.</summary>
    public bool AcceptsYubico => Kinds.Contains("yubico");

    /// <summary>The options for a WebAuthn authenticator as JSON; null if the user has none.</summary>
    public string? WebAuthn { get; private init; }

    /// <summary>The challenge for a U2F key as JSON; null if the user has none.</summary>
    public string? U2f { get; private init; }

    /// <summary>The half ticket that goes back with the response.</summary>
    internal string Ticket { get; }

    /// <summary>Names user and kinds; the half ticket is not shown.</summary>
    public override string ToString() => $"second factor for {User}: {(Kinds.Count > 0 ? string.Join(", ", Kinds) : "unknown kinds")}";

    /// <summary>Reads what a half ticket offers. One that cannot be read gives a challenge without kinds: a response may still be tried.</summary>
    internal static SecondFactorChallenge Parse(string user, string ticket)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(TicketText.ChallengeJson(ticket) ?? "{}");
            return document.RootElement.ValueKind == JsonValueKind.Object ? Read(user, ticket, document.RootElement) : new SecondFactorChallenge(user, ticket);
        }
        catch (JsonException)
        {
            return new SecondFactorChallenge(user, ticket);
        }
    }

    private static SecondFactorChallenge Read(string user, string ticket, JsonElement factors)
    {
        List<string> kinds = [];
        foreach (JsonProperty factor in factors.EnumerateObject())
        {
            if (factor.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False)
                && !(factor.Value.ValueKind == JsonValueKind.Array && factor.Value.GetArrayLength() == 0))
            {
                kinds.Add(factor.Name);
            }
        }

        return new SecondFactorChallenge(user, ticket)
        {
            Kinds = kinds,
            RecoveryKeys = Numbers(factors),
            WebAuthn = Raw(factors, "webauthn"),
            U2f = Raw(factors, "u2f"),
        };
    }

    private static List<int> Numbers(JsonElement factors)
    {
        List<int> numbers = [];
        if (factors.TryGetProperty("recovery", out JsonElement keys) && keys.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement key in keys.EnumerateArray())
            {
                if (key.ValueKind == JsonValueKind.Number && key.TryGetInt32(out int number))
                {
                    numbers.Add(number);
                }
            }
        }

        return numbers;
    }

    private static string? Raw(JsonElement factors, string kind)
        => factors.TryGetProperty(kind, out JsonElement value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False)
            ? value.GetRawText()
            : null;
}
