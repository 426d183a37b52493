namespace ProxSharp.Cli.Errors;

/// <summary>Explains what the keyring says.</summary>
internal static class KeyringErrors
{
    /// <summary>Awaits work with the keyring.</summary>
    /// <exception cref="CliException">There is none, or it refuses.</exception>
    public static async Task ExplainedAsync(Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (InvalidOperationException failure)
        {
            throw new CliException(
                new CliError
                {
                    Code = "keyring",
                    ExitCode = ExitCodes.Error,
                    Message = failure.Message.TrimEnd('.'),
                    Hint = "Secrets can also be in a file (file:/path) or come from a password manager (exec:command)",
                },
                failure);
        }
    }
}
