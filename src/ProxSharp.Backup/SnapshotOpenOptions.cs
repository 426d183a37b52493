using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Ids;

namespace ProxSharp.Backup;

/// <summary>How a snapshot is opened and read.</summary>
public sealed record SnapshotOpenOptions
{
    /// <summary>The defaults: no key, 16 chunks and 64 MiB ahead, 64 MiB of chunks kept.</summary>
    public static SnapshotOpenOptions Default { get; } = new();

    /// <summary>The namespace of the group. Default: the root.</summary>
    public BackupNamespace Namespace { get; init; }

    /// <summary>The key of encrypted and signed backups; null for plain ones. It stays the caller's to dispose, after the reader.</summary>
    public CryptConfig? Key { get; init; }

    /// <summary>
    /// Opens a snapshot that was made with a key although there is none: its files can be listed, and those that are not encrypted can be read, but nothing
    /// shows that its manifest was not changed. It is how <c>rsa-encrypted.key</c> is read, from which the key comes. Default: false.
    /// </summary>
    public bool AllowMissingKey { get; init; }

    /// <summary>
    /// Whether a snapshot without a signature is refused although there is a key. Null refuses one whose manifest says that a key was used, from which the
    /// signature was taken away, and warns of one that was made without a key; true refuses both; false opens both, with a warning. Default: null.
    /// </summary>
    public bool? RequireSignature { get; init; }

    /// <summary>
    /// The most chunks that are fetched at a time for one stream; with <see cref="BytesPerSecond"/> no more than a second's worth, but two. Default: 16.
    /// </summary>
    public int MaxChunksAhead { get; init; } = 16;

    /// <summary>The most bytes that are on their way or wait for the reader of one stream. Default: 64 MiB. One chunk is always fetched.</summary>
    public long MaxBytesAhead { get; init; } = 64L << 20;

    /// <summary>The most bytes of chunks that are kept for reading here and there in archives. Default: 64 MiB.</summary>
    public long CacheBytes { get; init; } = 64L << 20;

    /// <summary>The most bytes of chunks to fetch in a second, over time: 1 or more. Default: no limit.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>How many bytes may be fetched at once after a pause when <see cref="BytesPerSecond"/> is set. Default: one second's worth.</summary>
    public long? BurstBytes { get; init; }

    /// <summary>
    /// Told in a sentence what is wrong with the snapshot that reading can do without: a catalog that is missing or damaged, in place of which the archive
    /// itself is read; a signature that is not there. May be called from several threads at once; null for nobody. Default: null.
    /// </summary>
    public Action<string>? Warned { get; init; }

    /// <summary>Tells the time that work has taken. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxChunksAhead, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBytesAhead, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CacheBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BytesPerSecond ?? 1, 1, nameof(BytesPerSecond));
        ArgumentOutOfRangeException.ThrowIfLessThan(BurstBytes ?? 1, 1, nameof(BurstBytes));
        ArgumentNullException.ThrowIfNull(TimeProvider);
    }
}
