using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Indexes;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Protocol;
using ProxSharp.Backup.Protocol.Http2;
using ProxSharp.Http;

namespace ProxSharp.Backup.Runs;

/// <summary>
/// The last valid snapshot of the group, as far as its chunks can be reused. What is wrong with it is a warning: everything is uploaded then.
/// </summary>
internal sealed class PreviousBackup
{
    private readonly BackupWriterSession _session;

    private PreviousBackup(BackupWriterSession session, BackupManifest manifest) => (_session, Manifest) = (session, manifest);

    /// <summary>Its manifest.</summary>
    public BackupManifest Manifest { get; }

    /// <summary>Asks the server for it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="key">The key of the new backup; null if there is none.</param>
    /// <param name="warn">Takes what is wrong.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>Null if there is none that can be used.</returns>
    public static async Task<PreviousBackup?> FindAsync(BackupWriterSession session, CryptConfig? key, Action<string> warn, CancellationToken cancellationToken)
    {
        if (await session.GetPreviousTimeAsync(cancellationToken).ConfigureAwait(false) is null)
        {
            return null;
        }

        try
        {
            using PooledBuffer blob = new(16 * 1024);
            using PooledBuffer json = new(16 * 1024);
            await session.GetPreviousAsync(ArchiveName.Manifest, blob, cancellationToken).ConfigureAwait(false);
            using DataBlobDecoder decoder = new();
            decoder.Decode(blob.Span, json, BackupManifest.MaxLength);
            BackupManifest manifest = BackupManifest.Parse(json.Span);
            if (WhyNot(manifest, key) is not { } reason)
            {
                return new PreviousBackup(session, manifest);
            }

            warn($"The previous backup {manifest.Snapshot} is not reused: {reason}. Everything is uploaded anew.");
        }
        catch (Exception exception) when (CanBeDoneWithout(exception))
        {
            warn($"The previous backup is not reused, so everything is uploaded anew: {exception.Message}");
        }

        return null;
    }

    /// <summary>Reads an index, by which the server learns that its chunks may be reused.</summary>
    /// <param name="name">The stored name.</param>
    /// <param name="warn">Takes what is wrong.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Null if there is none that can be used.</returns>
    public async Task<IChunkIndex?> ReadIndexAsync(string name, Action<string> warn, CancellationToken cancellationToken)
    {
        if (Manifest.FindFile(name) is not { } file)
        {
            return null;
        }

        try
        {
            using PooledBuffer bytes = new(64 * 1024);
            await _session.GetPreviousAsync(name, bytes, cancellationToken).ConfigureAwait(false);
            IChunkIndex index = name.EndsWith(".fidx", StringComparison.Ordinal) ? FixedIndex.Parse(bytes.Span) : DynamicIndex.Parse(bytes.Span);
            if (index.Checksum == file.Checksum && index.Size == file.Size)
            {
                return index;
            }

            warn("The index of the previous backup is not the one that its manifest names; the archive is uploaded anew.");
        }
        catch (Exception exception) when (CanBeDoneWithout(exception))
        {
            warn($"The archive is uploaded anew: {exception.Message}");
        }

        return null;
    }

    // Only this request failed; the session goes on.
    private static bool CanBeDoneWithout(Exception exception) =>
        exception is ProxmoxApiException or ProxmoxProtocolException or BackupSessionLostException { InnerException: StreamResetException };

    private static string? WhyNot(BackupManifest manifest, CryptConfig? key) => manifest.CheckSignature(key) switch
    {
        ManifestSignature.Invalid => "its signature is wrong",
        ManifestSignature.OtherKey =>
            $"it was made with the key {manifest.KeyFingerprint?.ToShortString()}, and this one is made with {key!.Fingerprint.ToShortString()}",
        // What it names might be what somebody else has put there; reused, it would get our signature.
        ManifestSignature.Unsigned when key is not null => manifest.NamesKey
            ? "it was made with a key, and its signature was taken away"
            : "it has no signature, and this one is made with a key",
        ManifestSignature.MissingKey => $"it was made with the key {manifest.KeyFingerprint?.ToShortString()}, and this one is made without a key",
        _ => null,
    };
}
