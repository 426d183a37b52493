namespace ProxSharp;

/// <summary>No answer came: the host could not be reached or trusted, or the connection broke.</summary>
public sealed class ProxmoxConnectionException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    public ProxmoxConnectionException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// True if the request may have reached the server and been carried out: the answer is what is missing. Look whether it happened before
    /// you repeat it. Such a failure of a call reaches the caller inside a <see cref="ProxmoxOutcomeUnknownException"/>.
    /// </summary>
    public bool OutcomeUnknown { get; init; }

    /// <summary>True if the server's certificate was the reason; such a failure does not go away by trying again.</summary>
    public bool IsCertificateProblem { get; init; }

    /// <inheritdoc/>
    public override bool IsTransient => !IsCertificateProblem;
}
