namespace ProxSharp;

/// <summary>The call clashes with the present state: the object exists already, is locked, or was changed meanwhile (digest).</summary>
public sealed class ProxmoxConflictException : ProxmoxApiException
{
    /// <summary>Creates the exception.</summary>
    public ProxmoxConflictException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
