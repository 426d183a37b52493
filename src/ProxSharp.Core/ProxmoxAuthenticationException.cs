namespace ProxSharp;

/// <summary>The server does not accept the credentials, or the ticket is no longer valid.</summary>
public sealed class ProxmoxAuthenticationException : ProxmoxApiException
{
    /// <summary>Creates the exception.</summary>
    public ProxmoxAuthenticationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
