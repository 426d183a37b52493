namespace ProxSharp.Mcp;

/// <summary>A server cannot be reached because something on this side is missing, for example a secret. The message is shown to the agent.</summary>
public sealed class AgentConnectionException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is missing; without secrets.</param>
    /// <param name="innerException">The cause.</param>
    public AgentConnectionException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
