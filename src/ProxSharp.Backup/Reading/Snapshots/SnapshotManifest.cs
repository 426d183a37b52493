using System.Buffers;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Ids;

namespace ProxSharp.Backup.Reading.Snapshots;

/// <summary>Fetches the manifest of a snapshot, and decides whether it can be trusted.</summary>
internal static class SnapshotManifest
{
    public static async Task<(BackupManifest Manifest, byte[] Text)> ReadAsync(ISnapshotSource source, CancellationToken cancellationToken)
    {
        using PooledBuffer blob = new(new ChunkBufferPool(0), 64 << 10, DataBlob.MaxUploadSize);
        try
        {
            await source.DownloadAsync(ArchiveName.Manifest, blob, cancellationToken).ConfigureAwait(false);
        }
        catch (SnapshotFileNotFoundException exception)
        {
            throw new SnapshotFileNotFoundException($"{source.Snapshot} of {source.Origin} is not there, or was not finished: it has no manifest.", exception);
        }

        return Parse(source, blob.Span);
    }

    /// <summary>Checks the signature as far as there is a key.</summary>
    public static ManifestSignature Check(BackupManifest manifest, ISnapshotSource source, SnapshotOpenOptions options)
    {
        ManifestSignature signature = manifest.CheckSignature(options.Key);
        return signature switch
        {
            ManifestSignature.OtherKey => throw OtherKey(source.Snapshot, manifest.KeyFingerprint, options.Key!),
            ManifestSignature.MissingKey when !options.AllowMissingKey => throw MissingKey(source.Snapshot.ToString(), manifest.KeyFingerprint),
            ManifestSignature.Invalid => throw new BackupSignatureException(
                $"The manifest of {source.Snapshot} was changed after it was made: its signature is not that of the key {options.Key!.Fingerprint}."),
            ManifestSignature.Unsigned when options.Key is not null => CheckUnsigned(manifest, source, options),
            _ => signature,
        };
    }

    public static BackupKeyException OtherKey(BackupSnapshotPath snapshot, KeyFingerprint? made, CryptConfig given) => new(
        $"{snapshot} was made with the key {made}, and the key that was given is {given.Fingerprint}.");

    public static BackupKeyException MissingKey(string what, KeyFingerprint? fingerprint) => new(
        $"{what} was made with the key {fingerprint?.ToString() ?? "(unknown)"}, and no key was given.");

    /// <summary>Decides about a manifest without a signature where there is a key: whoever can write to the datastore can take a signature away.</summary>
    private static ManifestSignature CheckUnsigned(BackupManifest manifest, ISnapshotSource source, SnapshotOpenOptions options)
    {
        bool isSuspect = manifest.NamesKey;
        string found = isSuspect
            ? $"The manifest of {source.Snapshot} says that a key was used, and it has no signature: it was changed after it was made."
            : $"The manifest of {source.Snapshot} has no signature: nothing shows that what it names is what was backed up.";
        if (options.RequireSignature ?? isSuspect)
            throw new BackupSignatureException(found) { IsMissing = true };
        options.Warned?.Invoke($"{found} It is not signed with the key {options.Key!.Fingerprint}.");
        return ManifestSignature.Unsigned;
    }

    private static (BackupManifest Manifest, byte[] Text) Parse(ISnapshotSource source, ReadOnlySpan<byte> blob)
    {
        BackupManifest manifest;
        ArrayBufferWriter<byte> text = new();
        try
        {
            if (DataBlob.IsEncrypted(DataBlob.ReadKind(blob)))
                throw new ProxmoxProtocolException("It is encrypted, which no manifest is.");
            using DataBlobDecoder decoder = new();
            decoder.Decode(blob, text, BackupManifest.MaxLength);
            manifest = BackupManifest.Parse(text.WrittenSpan);
        }
        catch (ProxmoxProtocolException exception)
        {
            string message = $"The manifest of {source.Snapshot} cannot be read: {exception.Message}";
            throw new ProxmoxProtocolException(message, exception) { Offset = exception.Offset };
        }

        return manifest.Snapshot == source.Snapshot
            ? (manifest, text.WrittenSpan.ToArray())
            : throw new ProxmoxProtocolException($"The manifest of {source.Snapshot} is that of {manifest.Snapshot}: where it lies is a copy or a link.");
    }
}
