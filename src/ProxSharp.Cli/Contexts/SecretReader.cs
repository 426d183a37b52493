using ProxSharp.Authentication;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Contexts;

/// <summary>Fetches a secret from where its reference points.</summary>
internal sealed class SecretReader(CliEnvironment environment)
{
    /// <summary>Returns the secret.</summary>
    /// <exception cref="CliException">It is not there, with exit code 4: without a secret there is no login.</exception>
    public async Task<string> ReadAsync(SecretReference reference, CancellationToken cancellationToken)
    {
        try
        {
            return await Source(reference).ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new CliException(
                new CliError
                {
                    Code = "secret",
                    ExitCode = ExitCodes.Authentication,
                    Message = $"There is no secret at {reference.ShortText}: {e.Message}",
                    Hint = "Put it there, or name another place with --secret.",
                },
                e);
        }
    }

    private SecretSource Source(SecretReference reference) => reference.Place switch
    {
        SecretPlace.Environment => SecretSource.FromCallback(() => environment.Variable(reference.Target)?.Split('\r', '\n')[0]
            ?? throw new InvalidOperationException("The environment variable is not set.")),
        _ => SecretSource.Parse(reference.ToString()),
    };
}
