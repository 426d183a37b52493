using ProxSharp.Authentication;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Secrets;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Contexts;

/// <summary>Fetches a secret from where its reference points.</summary>
internal sealed class SecretReader(CliEnvironment environment, TimeProvider time)
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(3);
    private static readonly char[] s_breaks = ['\r', '\n'];

    /// <summary>The user's keyring.</summary>
    public Keyring Keyring { get; init; } = Keyring.OfThisMachine;

    /// <summary>Returns the secret.</summary>
    /// <param name="reference">Where it is.</param>
    /// <param name="note">Is told what is waited for if a command takes its time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">It is not there, with exit code 4: without a secret there is no login.</exception>
    public async Task<string> ReadAsync(SecretReference reference, Action<string> note, CancellationToken cancellationToken)
    {
        if (reference.Place == SecretPlace.Command && environment.IsReadOnlyName && !ContextStore.IsUsualPlace(environment))
        {
            throw ReadOnlyName.FromProgram(new ContextStore(environment, time).FilePath);
        }

        try
        {
            Task<string> reading = reference.Place == SecretPlace.Keyring
                ? Keyring.ReadAsync(reference.Target, cancellationToken)
                : reference.Place == SecretPlace.File
                ? HeldReading.RunAsync(() => Source(reference).ReadAsync(cancellationToken).AsTask(), cancellationToken)
                : Source(reference).ReadAsync(cancellationToken).AsTask();
            await NoteAsync(reading, reference, note, cancellationToken).ConfigureAwait(false);
            return await reading.ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            string reason = e.InnerException is IOException or UnauthorizedAccessException ? $"the file cannot be read: {FileErrors.Reason(e.InnerException)}." : e.Message;

            // A file that others may read, or an empty one, is there all the same.
            bool isThere = reference.Place == SecretPlace.File && File.Exists(reference.Target);
            throw new CliException(
                new CliError
                {
                    Code = "secret",
                    ExitCode = ExitCodes.Authentication,
                    Message = $"{(isThere ? "The secret at" : "There is no secret at")} {reference.ShortText}{(isThere ? " is not used" : "")}: {reason}",
                    Hint = isThere ? "Mend that, or name another place." : "Put it there, or name another place.",
                },
                e);
        }
    }

    /// <summary>Ends when the secret is there or has been waited for silently long enough.</summary>
    private async Task NoteAsync(Task reading, SecretReference reference, Action<string> note, CancellationToken cancellationToken)
    {
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task silence = Task.Delay(s_silence, time, done.Token);
        Task first = await Task.WhenAny(reading, silence).ConfigureAwait(false);
        await done.CancelAsync().ConfigureAwait(false);
        if (first == silence && silence.IsCompletedSuccessfully)
        {
            note(reference.Place == SecretPlace.File
                ? $"Waiting for {reference.ShortText}: nothing has written the secret yet."
                : $"Waiting for {reference.ShortText} to print the secret; it has a minute in all.");
        }
    }

    private SecretSource Source(SecretReference reference) => reference.Place switch
    {
        SecretPlace.Environment => SecretSource.FromCallback(() =>
            (reference.IsLong ? environment.Variable(reference.Target) : environment.Variable(reference.Target)?.Split(s_breaks)[0])
            ?? throw new InvalidOperationException("The environment variable is not set.")),
        _ => SecretSource.Parse(reference.ToString()),
    };
}
