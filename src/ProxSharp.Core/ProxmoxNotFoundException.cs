namespace ProxSharp;

/// <summary>The object that the call names does not exist.</summary>
public sealed class ProxmoxNotFoundException : ProxmoxApiException
{
    /// <summary>Creates the exception.</summary>
    public ProxmoxNotFoundException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
