namespace ProxSharp.Http;

/// <summary>The caller's stream could not be read as announced. HTTP stacks wrap it as if the connection had failed.</summary>
internal sealed class UploadSourceException : InvalidOperationException
{
    public UploadSourceException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Finds it inside what was wrapped around it.</summary>
    public static UploadSourceException? Find(Exception? exception)
    {
        while (exception is not null and not UploadSourceException)
        {
            exception = exception.InnerException;
        }

        return (UploadSourceException?)exception;
    }
}
