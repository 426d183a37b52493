namespace ProxSharp.Cli.Errors;

/// <summary>Ends a command with an error that is ready to be shown.</summary>
internal sealed class CliException : Exception
{
    public CliException(CliError error, Exception? innerException = null)
        : base(error.Message, innerException) => Error = error;

    /// <summary>What to show.</summary>
    public CliError Error { get; }

    /// <summary>Makes the exception for a command line that makes no sense.</summary>
    public static CliException Usage(string message, string? hint = null) => new(CliError.Usage(message, hint));
}
