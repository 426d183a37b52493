namespace ProxSharp.Pve.Agents;

/// <summary>The guest agent of a virtual machine does not answer: it is not installed, not running, not switched on, or the machine is off.</summary>
public sealed class GuestAgentUnavailableException : ProxmoxApiException
{
    private readonly bool _isTransient;

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="isTransient">Whether the agent may answer later without anybody changing something.</param>
    /// <param name="innerException">The server's answer.</param>
    public GuestAgentUnavailableException(string message, bool isTransient, ProxmoxApiException innerException)
        : base(message, innerException)
    {
        ArgumentNullException.ThrowIfNull(innerException);
        _isTransient = isTransient;
        (StatusCode, Method, Path, ServerMessage) = (innerException.StatusCode, innerException.Method, innerException.Path, innerException.ServerMessage);
    }

    /// <inheritdoc/>
    public override bool IsTransient => _isTransient;
}
