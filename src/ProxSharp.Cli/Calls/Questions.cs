using System.Globalization;
using ProxSharp.Authentication;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Terminal;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Calls;

/// <summary>Asks the person at the terminal; where there is none, nothing is asked.</summary>
internal sealed class Questions(CommandRun run)
{
    private readonly IConsoleHost _console = run.Services.Console;

    /// <summary>True if somebody can answer.</summary>
    public bool CanAsk => _console.IsInputTerminal && _console.IsErrorTerminal;

    /// <summary>Asks for the second factor; null if nobody can be asked.</summary>
    public SecondFactor? SecondFactor => CanAsk ? SecondFactor.FromCallback(Answer) : null;

    /// <summary>Asks whether a certificate that nothing vouches for is the server's own.</summary>
    public bool Trusts(CertificatePrompt prompt)
    {
        _console.Error.WriteLine($"The certificate of {prompt.Endpoint} is not known yet: {prompt.Problem}.");
        _console.Error.WriteLine($"  subject      {TextCells.Visible(prompt.Subject)}");
        _console.Error.WriteLine($"  issuer       {TextCells.Visible(prompt.Issuer)}");
        _console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  valid until  {prompt.NotAfter:yyyy-MM-dd}"));
        _console.Error.WriteLine($"  fingerprint  {prompt.Fingerprint}");
        _console.Error.WriteLine("Compare the fingerprint with what the server shows (pvenode cert info, proxmox-backup-manager cert info).");
        return Ask("Is it the same, and shall it be trusted from now on? Type yes or no: ").Equals("yes", StringComparison.OrdinalIgnoreCase);
    }

    private SecondFactorResponse Answer(SecondFactorChallenge challenge)
    {
        if (challenge.AcceptsTotp || challenge.Kinds.Count == 0)
        {
            return SecondFactorResponse.Totp(Ask($"Time-based code for {challenge.User}: "));
        }

        if (challenge.AcceptsYubico)
        {
            return SecondFactorResponse.Yubico(Ask($"Touch the YubiKey of {challenge.User}: "));
        }

        return challenge.AcceptsRecovery
            ? SecondFactorResponse.Recovery(Ask($"Recovery key for {challenge.User}: "))
            : SecondFactorResponse.Raw(Ask($"Second factor for {challenge.User} ({string.Join(", ", challenge.Kinds)}), written kind:value: "));
    }

    private string Ask(string question)
    {
        _console.Error.Write(question);
        _console.Error.Flush();
        return _console.In.ReadLine()?.Trim() ?? "";
    }
}
