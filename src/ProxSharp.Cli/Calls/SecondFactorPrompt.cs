using System.Text.RegularExpressions;
using ProxSharp.Authentication;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Calls;

/// <summary>What a person is asked when a login needs a second factor, and what may be typed.</summary>
internal static partial class SecondFactorPrompt
{
    /// <summary>The next step where a second factor is needed and nobody types one.</summary>
    public const string Advice = $"Run it at a terminal and type the second factor, or {Token}";

    private const string Token = "use an API token, which needs none (prox context add --token-id).";

    /// <summary>The question; it names everything the server accepts.</summary>
    public static string Question(string user, IReadOnlyList<string> kinds) => $"Second factor for {user} ({Offer(kinds)}): ";

    /// <summary>Recognises what was typed by its form.</summary>
    /// <param name="user">The user who logs in.</param>
    /// <param name="kinds">What the server accepts; empty if it did not say.</param>
    /// <param name="typed">What was typed.</param>
    /// <exception cref="CliException">Nothing was typed, or nothing the server accepts.</exception>
    public static SecondFactorResponse Read(string user, IReadOnlyList<string> kinds, string? typed)
    {
        string text = typed?.Trim() ?? "";
        if (text.Length == 0)
        {
            throw Refused($"{user} needs a second factor to log in, and none was typed", $"Run it again and type one, or {Token}");
        }

        // What cannot be right is not sent: wrong factors lock the account after a while.
        SecondFactorResponse response = Recognise(text)
            ?? throw Refused($"What was typed is no second factor of {user}", $"The server accepts: {Offer(kinds)}.");
        return kinds.Count == 0 || kinds.Contains(response.Kind)
            ? response
            : throw Refused($"The server does not accept a {Name(response.Kind)} for {user} now", $"It accepts: {Offer(kinds)}.");
    }

    private static SecondFactorResponse? Recognise(string text)
    {
        if (TotpForm.IsMatch(text))
        {
            return SecondFactorResponse.Totp(text);
        }

        if (RecoveryForm.IsMatch(text))
        {
            return SecondFactorResponse.Recovery(text.ToLowerInvariant());
        }

        if (YubicoForm.IsMatch(text))
        {
            return SecondFactorResponse.Yubico(text);
        }

        return RawForm.IsMatch(text) ? SecondFactorResponse.Raw(text) : null;
    }

    private static CliException Refused(string message, string hint) =>
        new(new CliError { Code = "authentication", ExitCode = ExitCodes.Authentication, Message = message, Hint = hint });

    private static string Offer(IReadOnlyList<string> kinds) => kinds.Count == 0 ? Form("totp") : string.Join(" or ", kinds.Select(Form));

    private static string Form(string kind) => kind switch
    {
        "totp" => $"{Name(kind)} of 6 digits",
        "recovery" => $"{Name(kind)} xxxx-xxxx-xxxx-xxxx",
        "yubico" => $"{Name(kind)}: touch the key",
        _ => $"{Name(kind)}: write {Name(kind)}:value",
    };

    private static string Name(string kind) => kind switch
    {
        "totp" => "time-based code",
        "recovery" => "recovery key",
        "yubico" => "YubiKey code",
        _ => TextCells.Visible(kind),
    };

    // Authenticator apps show codes in two groups.
    private static Regex TotpForm => field ??= new("^[0-9]{3} ?[0-9]{3}$", RegexOptions.CultureInvariant);

    private static Regex RecoveryForm => field ??= new("^[0-9A-Fa-f]{4}(-[0-9A-Fa-f]{4}){3}$", RegexOptions.CultureInvariant);

    private static Regex YubicoForm => field ??= new("^[cbdefghijklnrtuv]{44}$", RegexOptions.CultureInvariant);

    private static Regex RawForm => field ??= new("^(totp|recovery|yubico|webauthn|u2f):.*[^ ]", RegexOptions.CultureInvariant);
}
