namespace ProxSharp.Backup;

/// <summary>A snapshot has no file of the name that was asked for.</summary>
public sealed class SnapshotFileNotFoundException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is missing, and what there is.</param>
    /// <param name="innerException">The cause, if another exception reported it.</param>
    public SnapshotFileNotFoundException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
