using ProxSharp.Backup.Formats.Crypto;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Ids;

namespace ProxSharp.Backup;

/// <summary>How a backup is made. Immutable: make a changed copy with <c>with</c>.</summary>
public sealed record BackupOptions
{
    /// <summary>The namespace of the group. Default: the root.</summary>
    public BackupNamespace Namespace { get; init; } = BackupNamespace.Root;

    /// <summary>The time that names the snapshot; whole seconds count. It must be later than that of all snapshots of the group. Default: now.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>The key to encrypt or sign with. It stays the caller's to dispose. Default: none.</summary>
    public CryptConfig? Key { get; init; }

    /// <summary>
    /// What the key is for. Default: <see cref="Formats.Manifests.CryptMode.Encrypt"/> with a key, <see cref="Formats.Manifests.CryptMode.None"/> without.
    /// </summary>
    public CryptMode? CryptMode { get; init; }

    /// <summary>A master key that the key is stored encrypted for, as <c>rsa-encrypted.key.blob</c>. Needs <see cref="Key"/>. Default: none.</summary>
    public MasterPublicKey? MasterKey { get; init; }

    /// <summary>When the key was made, for the copy under the master key. Default: the time of the backup.</summary>
    public DateTimeOffset? KeyCreated { get; init; }

    /// <summary>How directories are archived, unless their source says otherwise. Default: <see cref="ChangeDetectionMode.Legacy"/>.</summary>
    public ChangeDetectionMode ChangeDetection { get; init; } = ChangeDetectionMode.Legacy;

    /// <summary>
    /// The average size of the chunks of directories in bytes: a power of two from 64 KiB to 4 MiB. Smaller ones find more that is equal and cost more. Another
    /// size than last time finds little. Default: 4 MiB.
    /// </summary>
    public int ChunkSize { get; init; } = Formats.Chunking.BuzhashChunker.DefaultAverageSize;

    /// <summary>Whether chunks of the previous backup of the group are reused. Default: true.</summary>
    public bool ReusePrevious { get; init; } = true;

    /// <summary>Whether chunks and files are compressed (zstd) where that makes them shorter. Default: true.</summary>
    public bool Compress { get; init; } = true;

    /// <summary>The most bytes to send in a second, over time. Default: no limit.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>How many bytes may be sent at once after a pause when <see cref="BytesPerSecond"/> is set. Default: one second's worth.</summary>
    public long? BurstBytes { get; init; }

    /// <summary>Notes to set on the snapshot when it is finished. Default: none.</summary>
    public string? Notes { get; init; }

    /// <summary>
    /// Is told how far the backup is. It is called where archives are read and sent, one call at a time: return soon. An exception from it ends the
    /// backup. Default: nobody.
    /// </summary>
    public IProgress<BackupProgress>? Progress { get; init; }

    /// <summary>How often <see cref="Progress"/> is told, also while nothing is read because the line is slow. Default: twice a second.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Is told of each warning as it comes; the result holds them too. It may be called from any thread. Default: nobody.</summary>
    public IProgress<BackupWarning>? Warned { get; init; }

    /// <summary>Whether the server writes more into the log of its task. Default: false.</summary>
    public bool Debug { get; init; }

    /// <summary>Whether the server passes the cache of a datastore in S3 by; servers before version 4 refuse this. Default: false.</summary>
    public bool NoCache { get; init; }

    /// <summary>What the key is for, after the defaults.</summary>
    /// <exception cref="ArgumentException">Key and mode do not fit together.</exception>
    internal CryptMode EffectiveCryptMode => (Key, CryptMode, MasterKey) switch
    {
        (null, null or Formats.Manifests.CryptMode.None, null) => Formats.Manifests.CryptMode.None,
        (null, null or Formats.Manifests.CryptMode.None, _) => throw new ArgumentException("A master key needs a key that is encrypted for it: set Key."),
        (null, _, _) => throw new ArgumentException("Encryption and signatures need a key: set Key."),
        (_, Formats.Manifests.CryptMode.None, _) => throw new ArgumentException("A key is given, but the crypt mode is None: leave one of them out."),
        (_, null, _) => Formats.Manifests.CryptMode.Encrypt,
        (_, { } mode, _) => mode,
    };
}
