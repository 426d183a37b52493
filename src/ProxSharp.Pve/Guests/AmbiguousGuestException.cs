namespace ProxSharp.Pve.Guests;

/// <summary>Several guests of the cluster have the name that was looked for.</summary>
public sealed class AmbiguousGuestException : ProxmoxException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">What caused it.</param>
    public AmbiguousGuestException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The guests that have the name.</summary>
    public IReadOnlyList<GuestSummary> Candidates { get; init; } = [];

    internal static AmbiguousGuestException For(string name, IReadOnlyList<GuestSummary> candidates) =>
        new($"Unable to find guest '{name}': the name belongs to {string.Join(", ", candidates)}. Use the number instead.") { Candidates = candidates };
}
