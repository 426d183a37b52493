using ProxSharp.Authentication;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Backups;

/// <summary>Reads secrets from where the environment says they are.</summary>
internal static class BackupSecrets
{
    /// <summary>Reads a secret.</summary>
    /// <exception cref="CliException">It is not there, with exit code 4.</exception>
    public static async Task<string> ReadAsync(SecretSource source, string what, CancellationToken cancellationToken)
    {
        try
        {
            return await source.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or IOException)
        {
            throw Missing($"Cannot read {what}: {e.Message.TrimEnd('.')}", "Check the PBS_ variables, and the file or command they name");
        }
    }

    /// <summary>Makes the error for a secret that is missing.</summary>
    public static CliException Missing(string message, string hint) =>
        new(new CliError { Code = "secret", ExitCode = ExitCodes.Authentication, Message = message, Hint = hint });
}
