namespace ProxSharp.Backup.Formats;

/// <summary>An encryption key is missing, is not the right one, or cannot be unlocked.</summary>
public sealed class BackupKeyException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">The cause, if another exception reported it.</param>
    public BackupKeyException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
