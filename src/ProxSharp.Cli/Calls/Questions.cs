using System.Globalization;
using ProxSharp.Authentication;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Terminal;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Calls;

/// <summary>Asks the person at the terminal; where there is none, nothing is asked.</summary>
internal sealed class Questions(CommandRun run, CancellationToken interrupt)
{
    private readonly IConsoleHost _console = run.Services.Console;

    /// <summary>True if somebody can answer.</summary>
    public bool CanAsk => _console.IsInputTerminal && _console.IsErrorTerminal;

    /// <summary>Asks for the second factor; null if nobody can be asked.</summary>
    public SecondFactor? SecondFactor => CanAsk ? SecondFactor.FromCallback(AnswerAsync) : null;

    /// <summary>Asks whether a certificate that nothing vouches for is the server's own.</summary>
    public bool Trusts(CertificatePrompt prompt)
    {
        _console.Error.WriteLine($"The certificate of {prompt.Endpoint} is not known yet: {prompt.Problem}.");
        _console.Error.WriteLine($"  subject      {TextCells.Visible(prompt.Subject)}");
        _console.Error.WriteLine($"  issuer       {TextCells.Visible(prompt.Issuer)}");
        _console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  valid until  {prompt.NotAfter:yyyy-MM-dd}"));
        _console.Error.WriteLine($"  fingerprint  {prompt.Fingerprint}");
        _console.Error.WriteLine("Compare the fingerprint with what the server shows (pvenode cert info, proxmox-backup-manager cert info).");
        string? typed = ReadAnswer("Is it the same, and shall it be trusted from now on? Type yes or no: ")?.Trim();
        for (int more = 2; more > 0 && typed is not null && !Is(typed, "yes") && !Is(typed, "no"); more--)
        {
            typed = ReadAnswer("Type the whole word, yes or no: ")?.Trim();
        }

        return typed is not null && Is(typed, "yes");

        static bool Is(string typed, string word) => typed.Equals(word, StringComparison.OrdinalIgnoreCase);
    }

    // The answer is read on another thread: a read that waits for the terminal cannot be cancelled, and Ctrl-C must end the tool at once.
    private async ValueTask<SecondFactorResponse> AnswerAsync(SecondFactorChallenge challenge, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(interrupt, cancellationToken);
        string? typed = null;
        try
        {
            typed = await Task.Run(() => ReadAnswer(SecondFactorPrompt.Question(challenge.User, challenge.Kinds)), CancellationToken.None)
                .WaitAsync(either.Token).ConfigureAwait(false);
        }
        finally
        {
            if (typed is null)
            {
                // The cursor is still behind the question.
                await _console.Error.WriteLineAsync().ConfigureAwait(false);
            }
        }

        return SecondFactorPrompt.Read(challenge.User, challenge.Kinds, typed);
    }

    /// <summary>Asks for a word and returns it, without the spaces around it.</summary>
    public async Task<string> AskAsync(string question) => await AskOrNoneAsync(question).ConfigureAwait(false) ?? "";

    /// <summary>Asks for a word as <see cref="AskAsync"/> does; null if the input ends without an answer.</summary>
    public async Task<string?> AskOrNoneAsync(string question)
    {
        try
        {
            return (await Task.Run(() => ReadAnswer(question), CancellationToken.None).WaitAsync(interrupt).ConfigureAwait(false))?.Trim();
        }
        catch (OperationCanceledException)
        {
            await _console.Error.WriteLineAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks for a secret, which is not shown while it is typed.</summary>
    public async Task<string> AskSecretAsync(string question) =>
        await Task.Run(() => _console.ReadSecret(question), CancellationToken.None).WaitAsync(interrupt).ConfigureAwait(false) ?? "";

    private string? ReadAnswer(string question)
    {
        _console.Error.Write(question);
        _console.Error.Flush();
        return _console.In.ReadLine();
    }
}
