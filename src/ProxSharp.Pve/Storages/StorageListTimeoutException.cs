using ProxSharp.Ids;

namespace ProxSharp.Pve.Storages;

/// <summary>
/// A storage took longer to list its content than the server waits, which is 30 s. The storage may be slow, hang, or hold very much; the same call
/// rarely succeeds a moment later.
/// </summary>
public sealed class StorageListTimeoutException : ProxmoxApiException
{
    /// <summary>Creates the exception.</summary>
    public StorageListTimeoutException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The storage.</summary>
    public StorageId Storage { get; init; }

    /// <summary>The node that was asked.</summary>
    public NodeName Node { get; init; }

    /// <inheritdoc/>
    public override bool IsTransient => true;

    /// <summary>Is it this failure that a list call has come back with?</summary>
    internal static bool Matches(ProxmoxApiException exception) =>
        (int)exception.StatusCode == 596 && exception.ServerMessage.Contains("timed out", StringComparison.OrdinalIgnoreCase);

    internal static StorageListTimeoutException From(ProxmoxApiException exception, Storage storage, bool hasContent, bool hasGuest)
    {
        string narrow = (hasContent, hasGuest) switch
        {
            (true, true) => "It was already asked for one kind of content of one guest, so look at the storage itself",
            (true, false) => "Ask for one guest (guest: ...) as well",
            (false, true) => "Ask for one kind of content (content: ...) as well",
            _ => "Ask for less: one kind of content (content: ...) and one guest (guest: ...)",
        };
        return new StorageListTimeoutException(
            $"Unable to list the content of storage {storage.Id} on {storage.Node.Name}: it took longer than the 30 s that the server waits (596). {narrow}. "
                + "GetStatusAsync tells whether the storage answers at all; a network storage that hangs, or very many files, make it slow.",
            exception)
        {
            StatusCode = exception.StatusCode,
            Method = exception.Method,
            Path = exception.Path,
            ServerMessage = exception.ServerMessage,
            Storage = storage.Id,
            Node = storage.Node.Name,
        };
    }
}
