using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Protocol;

namespace ProxSharp.Backup.Upload;

/// <summary>A chunk of an archive between the cut and the entry in the index.</summary>
internal sealed class PendingChunk
{
    private readonly TaskCompletionSource? _completion;

    /// <summary>Makes a chunk that has to go through the pipeline.</summary>
    public PendingChunk(ArchiveUpload archive, WindowRegion region, long offset)
    {
        (Archive, Region, Offset, Length) = (archive, region, offset, region.Bytes.Length);
        _completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Makes a chunk that the server knows already.</summary>
    public PendingChunk(ArchiveUpload archive, Sha256Digest digest, long offset, long length)
        => (Archive, Digest, Offset, Length) = (archive, digest, offset, length);

    /// <summary>The archive.</summary>
    public ArchiveUpload Archive { get; }

    /// <summary>The bytes; null for a chunk that was never read.</summary>
    public WindowRegion? Region { get; }

    /// <summary>Where the chunk starts in the archive.</summary>
    public long Offset { get; }

    /// <summary>The length of its data in bytes.</summary>
    public long Length { get; }

    /// <summary>The digest, once it is complete.</summary>
    public Sha256Digest Digest { get; private set; }

    /// <summary>Ends when the server knows the chunk.</summary>
    public Task Completion => _completion?.Task ?? Task.CompletedTask;

    /// <summary>The index entry.</summary>
    public IndexAppend Append => new(Digest, Offset);

    /// <summary>Says that the server knows the chunk.</summary>
    public void Complete(Sha256Digest digest)
    {
        Digest = digest;
        _completion?.TrySetResult();
    }

    /// <summary>Says that it will never.</summary>
    public void Fail(Exception failure)
    {
        _completion?.TrySetException(failure);
        _ = _completion?.Task.Exception; // Nobody may wait any more: the failure itself has been reported.
    }
}
