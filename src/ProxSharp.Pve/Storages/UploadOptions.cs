using ProxSharp.Tasks;

namespace ProxSharp.Pve.Storages;

/// <summary>How a file is uploaded.</summary>
public sealed record UploadOptions
{
    internal static UploadOptions Default { get; } = new();

    /// <summary>The checksum that the server compares the arrived bytes with; null compares none.</summary>
    public UploadChecksum? Checksum { get; init; }

    /// <summary>How many bytes to send; null sends the rest of the stream, which must then be able to seek. The server needs the number up front.</summary>
    public long? Length { get; init; }

    /// <summary>Is told how much has been sent: a few times a second, never less than before, and once when all is sent.</summary>
    public IProgress<TransferProgress>? Progress { get; init; }

    /// <summary>How long sending may take; null, the default, sets no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How the methods that wait do it; null for the defaults.</summary>
    public TaskWaitOptions? Wait { get; init; }
}
