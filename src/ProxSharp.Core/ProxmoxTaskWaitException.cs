using ProxSharp.Ids;

namespace ProxSharp;

/// <summary>
/// The waiting for a task is over, and how the task ends is not known: the time for waiting was up, or the server could not be asked for too long.
/// The task goes on; make its handle again from <see cref="Upid"/> to wait on.
/// </summary>
public sealed class ProxmoxTaskWaitException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why the server could not be asked; null if the time was up.</param>
    public ProxmoxTaskWaitException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The task.</summary>
    public required Upid Upid { get; init; }

    /// <summary>True if the time for waiting was up; false if the server could not be asked, and then the inner exception says why.</summary>
    public bool TimedOut { get; init; }

    /// <summary>True if the last answer said that the task runs; false if the server never said so, or said that it does not know the task.</summary>
    public bool WasRunning { get; init; }

    /// <inheritdoc/>
    public override bool IsTransient => TimedOut || InnerException is ProxmoxException { IsTransient: true };
}
