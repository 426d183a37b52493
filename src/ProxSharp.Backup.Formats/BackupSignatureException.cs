namespace ProxSharp.Backup.Formats;

/// <summary>The manifest of a snapshot was changed after it was signed, or the signature that it should have is missing.</summary>
public sealed class BackupSignatureException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">The cause, if another exception reported it.</param>
    public BackupSignatureException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Whether there is no signature at all; else there is one, and it does not fit. Default: false.</summary>
    public bool IsMissing { get; init; }
}
