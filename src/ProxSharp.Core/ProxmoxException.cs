namespace ProxSharp;

/// <summary>The base of everything this library throws about servers; misuse of the library is an <see cref="ArgumentException"/>.</summary>
public abstract class ProxmoxException : Exception
{
    /// <summary>Creates the exception.</summary>
    protected ProxmoxException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>True if the same call may succeed when it is made again later.</summary>
    public virtual bool IsTransient => false;
}
