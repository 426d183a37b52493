using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Indexes;

namespace ProxSharp.Backup.Upload;

/// <summary>The chunks that the server knows in this session, and those on their way to it. Shared by all archives; safe for concurrent use.</summary>
internal sealed class KnownChunks
{
    private readonly Lock _gate = new();
    private readonly DigestSet _known = new();
    private readonly Dictionary<Sha256Digest, TaskCompletionSource> _uploading = [];

    /// <summary>Adds the chunks of an index that the server has shown in this session.</summary>
    public void AddAll(IChunkIndex index)
    {
        lock (_gate)
        {
            for (int i = 0; i < index.Count; i++)
            {
                _known.Add(index[i].Digest);
            }
        }
    }

    /// <summary>Asks whether a chunk must be uploaded.</summary>
    /// <param name="digest">The digest of the chunk.</param>
    /// <param name="upload">The upload that somebody else has begun; null if the server knows the chunk or the caller must upload it.</param>
    /// <returns>True if the caller must upload it and then call <see cref="Confirm"/> or <see cref="Fail"/>.</returns>
    public bool TryClaim(Sha256Digest digest, out Task? upload)
    {
        lock (_gate)
        {
            upload = null;
            if (_known.Contains(digest))
            {
                return false;
            }

            if (_uploading.TryGetValue(digest, out TaskCompletionSource? others))
            {
                upload = others.Task;
                return false;
            }

            _uploading.Add(digest, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            return true;
        }
    }

    /// <summary>Says that a claimed chunk was uploaded.</summary>
    public void Confirm(Sha256Digest digest)
    {
        TaskCompletionSource? upload;
        lock (_gate)
        {
            _uploading.Remove(digest, out upload);
            _known.Add(digest);
        }

        upload?.TrySetResult();
    }

    /// <summary>Says that a claimed chunk could not be uploaded. Who waits for it learns of it; nobody else tries again, since the session is over.</summary>
    public void Fail(Sha256Digest digest, Exception failure)
    {
        TaskCompletionSource? upload;
        lock (_gate)
        {
            _uploading.Remove(digest, out upload);
        }

        upload?.TrySetException(failure);
        _ = upload?.Task.Exception; // Often nobody waits: the failure itself has been reported.
    }
}
