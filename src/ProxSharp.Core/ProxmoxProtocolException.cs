namespace ProxSharp;

/// <summary>Bytes that a server sent, or that a file holds, are not what the protocol or format specifies.</summary>
public sealed class ProxmoxProtocolException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">The cause, if another exception reported it.</param>
    public ProxmoxProtocolException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Where in the input the fault lies, in bytes from its start; null if that is not known.</summary>
    public long? Offset { get; init; }

    /// <summary>
    /// True if what could not be read is the answer to a call that changes something: it may have been carried out. Look whether it happened before you repeat
    /// it. Default: false.
    /// </summary>
    public bool OutcomeUnknown { get; init; }
}
