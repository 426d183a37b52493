using System.Text.RegularExpressions;
using ProxSharp.Backup.Files;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Runs;
using ProxSharp.Backup.Sources;

namespace ProxSharp.Backup;

/// <summary>One thing to back up, and the name of the archive it becomes.</summary>
/// <example>
/// <code>
/// BackupSource[] sources =
/// [
///     BackupSource.Directory("root", "/srv"),
///     BackupSource.Image("disk", "/dev/vg0/snapshot"),
///     BackupSource.File("qemu-server.conf", "/etc/pve/qemu-server/100.conf"),
/// ];
/// </code>
/// </example>
public abstract class BackupSource
{
    private protected BackupSource(string name) => Name = name;

    /// <summary>The archive as users name it, for example <c>disk.img</c>.</summary>
    public string Name { get; }

    /// <summary>The names under which the server stores it.</summary>
    internal abstract IEnumerable<string> StoredNames(BackupOptions options);

    /// <summary>Brings it to the server.</summary>
    internal abstract Task BackUpAsync(BackupRun run);

    /// <summary>
    /// Looks whether the source is there and of a kind that its archive takes, as a backup does before it begins. No content is read, and nothing is sent.
    /// </summary>
    /// <exception cref="BackupSourceException">It can never be backed up as it is: a device as a file, a file as a directory, and the like.</exception>
    public virtual void Check()
    {
    }

    /// <summary>Counts what would be read for a backup. Directories are walked with their exclude patterns; no content is read, and nothing is sent.</summary>
    /// <param name="cancellationToken">Stops counting.</param>
    /// <exception cref="BackupSourceException">The source is not there, or cannot be read.</exception>
    public abstract Task<BackupSourceSize> MeasureAsync(CancellationToken cancellationToken = default);

    /// <inheritdoc cref="MeasureAsync"/>
    public BackupSourceSize Measure(CancellationToken cancellationToken = default) => Blocking.Run(() => MeasureAsync(cancellationToken));

    /// <summary>A directory with everything below it and all metadata. What cannot be read or changes meanwhile is a warning; the rest is saved.</summary>
    /// <param name="name">The name of the archive: <c>root</c> or <c>root.pxar</c>.</param>
    /// <param name="path">The directory.</param>
    /// <param name="options">What is left out, and the like; null for the default.</param>
    /// <param name="changeDetection">How it is archived; null takes <see cref="BackupOptions.ChangeDetection"/>.</param>
    /// <exception cref="FormatException">The name is none.</exception>
    public static BackupSource Directory(string name, string path, DirectoryArchiveOptions? options = null, ChangeDetectionMode? changeDetection = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new DirectorySource(WithSuffix(name, ".pxar"), path, options ?? DirectoryArchiveOptions.Default, changeDetection);
    }

    /// <summary>An image: a block device or a file, byte for byte, in chunks of 4 MiB.</summary>
    /// <param name="name">The name of the archive: <c>disk</c> or <c>disk.img</c>.</param>
    /// <param name="path">The device or file. It should not change meanwhile: take a snapshot of a volume that is in use.</param>
    /// <param name="options">How it is read; null for the default.</param>
    /// <exception cref="FormatException">The name is none.</exception>
    public static BackupSource Image(string name, string path, BackupImageOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ImageSource(WithSuffix(name, ".img"), path, null, null, options ?? BackupImageOptions.Default);
    }

    /// <summary>An image from a stream, in chunks of 4 MiB.</summary>
    /// <param name="name">The name of the archive: <c>disk</c> or <c>disk.img</c>.</param>
    /// <param name="content">The bytes, from the current position. Not disposed.</param>
    /// <param name="length">How many bytes of the stream the image has: 1 or more. Null takes the rest of a stream that can seek.</param>
    /// <param name="options">How it is read; null for the default.</param>
    /// <exception cref="FormatException">The name is none.</exception>
    /// <exception cref="ArgumentException">The length is missing.</exception>
    public static BackupSource Image(string name, Stream content, long? length = null, BackupImageOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length ?? 1, nameof(length));
        if (length is null && !content.CanSeek)
        {
            throw new ArgumentException("The server needs the length of an image up front, and this stream cannot tell it.", nameof(length));
        }

        return new ImageSource(WithSuffix(name, ".img"), null, content, length, options ?? BackupImageOptions.Default);
    }

    /// <summary>A small file, stored as one blob: 16 MiB at most after compression.</summary>
    /// <param name="name">The name of the archive, which ends in <c>.conf</c>, <c>.log</c>, <c>.json</c>, <c>.key</c> or <c>.blob</c>.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">The name is none.</exception>
    public static BackupSource File(string name, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new BlobSource(BlobName(name), path, default);
    }

    /// <summary>A few bytes, stored as one blob: 16 MiB at most after compression.</summary>
    /// <param name="name">The name of the archive, which ends in <c>.conf</c>, <c>.log</c>, <c>.json</c>, <c>.key</c> or <c>.blob</c>.</param>
    /// <param name="content">The bytes.</param>
    /// <exception cref="FormatException">The name is none.</exception>
    public static BackupSource Blob(string name, ReadOnlyMemory<byte> content) => new BlobSource(BlobName(name), null, content);

    /// <summary>A log, stored as one blob.</summary>
    /// <param name="name">The name of the archive: <c>backup</c> or <c>backup.log</c>.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">The name is none.</exception>
    public static BackupSource Log(string name, string path) => File(WithSuffix(name, ".log"), path);

    /// <summary>A stream of unknown length in chunks of any length, for example an archive that another program has written.</summary>
    /// <param name="name">The name of the archive: it ends in <c>.pxar</c>, <c>.mpxar</c>, <c>.ppxar</c> or <c>.didx</c>.</param>
    /// <param name="content">The bytes, at least one. Not disposed.</param>
    /// <exception cref="FormatException">The name is none.</exception>
    public static BackupSource Stream(string name, Stream content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return ArchiveName.ToStored(name).EndsWith(".didx", StringComparison.Ordinal)
            ? new StreamSource(name, content)
            : throw new FormatException($"\"{name}\" names no archive for a stream: expected one that ends in .pxar or .didx.");
    }

    /// <summary>
    /// Reads what the official client takes: <c>root.pxar:/path</c>, <c>disk.img:/dev/x</c>, <c>name.conf:/path</c> or <c>name.log:/path</c>.
    /// </summary>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static BackupSource Parse(string specification)
    {
        ArgumentNullException.ThrowIfNull(specification);
        Match match = Specification.Match(specification);
        (string name, string path) = (match.Groups[1].Value, match.Groups[3].Value);
        return match.Groups[2].Value switch
        {
            "pxar" => Directory(name, path),
            "img" => Image(name, path),
            "conf" or "log" => File(name, path),
            _ => throw new FormatException(
                $"\"{specification}\" is nothing to back up: expected name.pxar:/directory, name.img:/device, name.conf:/file or name.log:/file."),
        };
    }

    /// <summary>Returns the name of the archive.</summary>
    public override string ToString() => Name;

    private static string WithSuffix(string name, string suffix)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        string whole = name.EndsWith(suffix, StringComparison.Ordinal) ? name : name + suffix;
        _ = ArchiveName.ToStored(whole); // Throws if the name is none.
        return whole;
    }

    private static string BlobName(string name)
    {
        string stored = ArchiveName.ToStored(name);
        return stored.EndsWith(".blob", StringComparison.Ordinal) && stored is not (ArchiveName.Manifest or ArchiveName.EncryptedKey or ArchiveName.ClientLog)
            ? name
            : throw new FormatException(
                $"\"{name}\" names no file of a backup: expected one that ends in .conf, .log, .json, .key or .blob, "
                + "and none that backups have by themselves.");
    }

    private static Regex Specification => field ??= new(@"^([A-Za-z0-9_-]+\.(pxar|img|conf|log)):(.+)$", RegexOptions.Singleline);
}
