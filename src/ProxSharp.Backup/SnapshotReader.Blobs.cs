using System.Buffers;
using System.Security.Cryptography;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;

namespace ProxSharp.Backup;

/// <content>Small files.</content>
public sealed partial class SnapshotReader
{
    private const string ManifestName = "index.json";
    private const string LogName = "client.log";

    /// <summary>Reads a small file of the snapshot: a configuration, a log, a key, or the manifest as <c>index.json</c>.</summary>
    /// <param name="name">Its name, with or without the stored suffix; <c>client.log</c> is what the client logged.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>The content, decoded and verified: 128 MiB at most.</returns>
    /// <exception cref="SnapshotFileNotFoundException">The snapshot has no such file.</exception>
    /// <exception cref="ArgumentException">The file is no small one: it is stored in chunks.</exception>
    /// <exception cref="BackupKeyException">The file is encrypted, and there is no key.</exception>
    /// <exception cref="ProxmoxProtocolException">The file is damaged, or is not the one that the manifest names.</exception>
    public async Task<byte[]> ReadBlobAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name is ManifestName or ArchiveName.Manifest)
            return [.. ManifestText];
        if (name is LogName or ArchiveName.ClientLog && FindFile(name) is null)
            return await ReadLogAsync(cancellationToken).ConfigureAwait(false);
        SnapshotFile file = GetFile(name);
        if (file.IsIndex)
            throw new ArgumentException($"{file.Name} is stored in chunks. Open it as a stream, or as an archive.", nameof(name));
        return await ReadBlobAsync(file, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks a small file that is encrypted without its key: that it is the one of the manifest, and has the right CRC.</summary>
    internal async Task CheckStoredBlobAsync(SnapshotFile file, CancellationToken cancellationToken)
    {
        using PooledBuffer blob = await DownloadBlobAsync(file.StoredName, cancellationToken).ConfigureAwait(false);
        CheckBlob(file, blob.Span);
        try
        {
            DataBlob.Verify(blob.Span);
        }
        catch (ProxmoxProtocolException exception)
        {
            throw Damaged(file.Name, exception);
        }
    }

    internal async Task<byte[]> ReadBlobAsync(SnapshotFile file, CancellationToken cancellationToken)
    {
        // The master key's blob is signed like its neighbours, but it holds no more than a key that is encrypted already.
        bool encrypted = file.CryptMode == CryptMode.Encrypt && file.StoredName != ArchiveName.EncryptedKey;
        CryptConfig? key = encrypted ? KeyOf(file) : null;
        using PooledBuffer blob = await DownloadBlobAsync(file.StoredName, cancellationToken).ConfigureAwait(false);
        return DecodeBlob(file, blob.Span, key);
    }

    private static ProxmoxProtocolException Damaged(string name, ProxmoxProtocolException cause) =>
        new($"{name} cannot be read: {cause.Message}", cause) { Offset = cause.Offset };

    private static byte[] Decode(string name, ReadOnlySpan<byte> blob, CryptConfig? key)
    {
        try
        {
            using DataBlobDecoder decoder = new(key);
            ArrayBufferWriter<byte> content = new();
            decoder.Decode(blob, content);
            return content.WrittenSpan.ToArray();
        }
        catch (ProxmoxProtocolException exception)
        {
            throw Damaged(name, exception);
        }
    }

    private void CheckBlob(SnapshotFile file, ReadOnlySpan<byte> blob)
    {
        Span<byte> checksum = stackalloc byte[Sha256Digest.Size];
        SHA256.HashData(blob, checksum);
        if (blob.Length != file.Length || new Sha256Digest(checksum) != file.Checksum)
            throw Unlike(file, blob.Length, new Sha256Digest(checksum));
    }

    private byte[] DecodeBlob(SnapshotFile file, ReadOnlySpan<byte> blob, CryptConfig? key)
    {
        CheckBlob(file, blob);
        try
        {
            bool isEncrypted = DataBlob.IsEncrypted(DataBlob.ReadKind(blob));
            if (isEncrypted != key is not null)
                throw new ProxmoxProtocolException($"It is {(isEncrypted ? "" : "not ")}encrypted, and the manifest says otherwise.");
        }
        catch (ProxmoxProtocolException exception)
        {
            throw Damaged(file.Name, exception);
        }

        return Decode(file.Name, blob, key);
    }

    private async Task<byte[]> ReadLogAsync(CancellationToken cancellationToken)
    {
        using PooledBuffer blob = await DownloadBlobAsync(ArchiveName.ClientLog, cancellationToken).ConfigureAwait(false);
        // The log comes after the manifest, so nothing names its checksum; an encrypted one proves itself.
        return Decode(LogName, blob.Span, _options.Key);
    }

    private async Task<PooledBuffer> DownloadBlobAsync(string storedName, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        PooledBuffer blob = new(_pool, 64 << 10, DataBlob.MaxDataSize + DataBlob.EncryptedHeaderSize);
        try
        {
            await _source.DownloadAsync(storedName, blob, cancellationToken).ConfigureAwait(false);
            return blob;
        }
        catch (Exception failure)
        {
            blob.Dispose();
            throw _disposed ? new ObjectDisposedException($"The reader of {Snapshot} was disposed while {storedName} was read.", failure) : failure;
        }
    }
}
