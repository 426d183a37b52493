using ProxSharp.Backup.Files.Natives;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Files.Walks;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files;

/// <summary>
/// Archives a directory, the same bytes as the official client writes for it. Entries that vanish, change or cannot be read are warnings; the rest goes on.
/// Memory is bounded: about 32 MiB of small files are read ahead, and the names of open directories are kept.
/// </summary>
/// <example>
/// <code>
/// DirectoryArchiver archiver = new("/etc");
/// DirectoryArchiveResult result = await archiver.WriteAsync(stream);
/// </code>
/// </example>
public sealed class DirectoryArchiver
{
    private static readonly PathPattern LostAndFound = PathPattern.Parse("lost+found");

    private readonly string _path;
    private readonly DirectoryArchiveOptions _options;
    private readonly IFileTree _tree;
    private readonly IReadOnlyList<PathPattern> _excludes;

    /// <summary>Creates an archiver.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="options">How to archive; null for the default.</param>
    public DirectoryArchiver(string path, DirectoryArchiveOptions? options = null)
        : this(path, options, FileTrees.Create())
    {
    }

    internal DirectoryArchiver(string path, DirectoryArchiveOptions? options, IFileTree tree)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        (_path, _options, _tree) = (path, options ?? DirectoryArchiveOptions.Default, tree);
        _excludes = _options.SkipLostAndFound ? [.. _options.Excludes, LostAndFound] : _options.Excludes;
    }

    /// <summary>Writes an archive of version 1, usually called <c>.pxar</c>.</summary>
    /// <param name="archive">Where the archive goes; it stays open.</param>
    /// <param name="catalog">The catalog that the archive is entered into; null for none.</param>
    /// <param name="catalogName">The name of the archive in the catalog, for example <c>root.pxar.didx</c>.</param>
    /// <param name="cancellationToken">Stops the backup; the archive is incomplete then.</param>
    /// <returns>What the archive holds.</returns>
    /// <exception cref="ArgumentException">A catalog is given, but no name.</exception>
    /// <exception cref="FileTreeException">
    /// The directory cannot be read, or has too many entries, or the process has no more file handles.
    /// </exception>
    public async Task<DirectoryArchiveResult> WriteAsync(
        Stream archive,
        CatalogOutput? catalog = null,
        string? catalogName = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        if (catalog is not null)
            ArgumentException.ThrowIfNullOrEmpty(catalogName);
        WarningLog warnings = new(_options.Warned);
        using IFileNode root = Open(warnings);
        PxarWriter writer = PxarWriter.Create(archive, RootMetadata(root, warnings));
        ArchiveEmitter emitter = new(writer, catalog, null, warnings, _options.Progress);
        catalog?.Begin(new(catalogName!));
        await Run(warnings).RunAsync(root, null, (item, token) => WriteAsync(emitter, item, token), cancellationToken).ConfigureAwait(false);
        if (_excludes.Count > 0)
            await WriteExcludesAsync(writer, catalog, emitter, cancellationToken).ConfigureAwait(false);
        if (catalog is not null)
            await catalog.EndAsync(cancellationToken).ConfigureAwait(false);
        await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        return Result(emitter, warnings);
    }

    /// <summary>Writes a split archive (version 2), usually called <c>.mpxar</c> and <c>.ppxar</c>.</summary>
    /// <param name="metadata">Where the metadata go; the stream stays open.</param>
    /// <param name="payload">Where the contents go.</param>
    /// <param name="previous">
    /// The previous backup, whose chunks are reused for files that did not change since: they are not read. Null to read all files. A file counts as unchanged
    /// if its size and metadata are the same; as with the official client, values of extended attributes are not compared.
    /// </param>
    /// <param name="cancellationToken">Stops the backup; the archive is incomplete then.</param>
    /// <returns>What the archive holds.</returns>
    /// <exception cref="FileTreeException">
    /// The directory cannot be read, or has too many entries, or the process has no more file handles.
    /// </exception>
    public async Task<DirectoryArchiveResult> WriteSplitAsync(
        Stream metadata,
        IPayloadSink payload,
        PreviousArchive? previous = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        ArgumentNullException.ThrowIfNull(payload);
        WarningLog warnings = new(_options.Warned);
        using IFileNode root = Open(warnings);
        byte[] prelude = PxarPrelude.Write([.. _excludes.Select(static pattern => pattern.ToString())]);
        using PayloadStream stream = new(payload);
        PxarWriter writer = PxarWriter.CreateSplit(metadata, stream, RootMetadata(root, warnings), prelude);
        ArchiveEmitter emitter = new(writer, null, payload, warnings, _options.Progress);
        if (previous is null)
        {
            await Run(warnings).RunAsync(root, null, (item, token) => WriteAsync(emitter, item, token), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            using ReuseBuffer buffer = new(emitter, writer, payload, previous.PayloadIndex);
            await Run(warnings).RunAsync(root, previous, buffer.TakeAsync, cancellationToken).ConfigureAwait(false);
            await buffer.EndAsync(cancellationToken).ConfigureAwait(false);
        }

        await writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        return Result(emitter, warnings);
    }

    /// <summary>
    /// Counts what an archive would hold. All directories are read and all files opened, so that what cannot be read is a warning, but no content is read.
    /// </summary>
    /// <param name="cancellationToken">Stops counting.</param>
    /// <returns>The entries and bytes of an archive of version 1; nothing is reused.</returns>
    /// <exception cref="FileTreeException">
    /// The directory cannot be read, or has too many entries, or the process has no more file handles.
    /// </exception>
    public async Task<DirectoryArchiveResult> MeasureAsync(CancellationToken cancellationToken = default)
    {
        WarningLog warnings = new(_options.Warned);
        using IFileNode root = Open(warnings);
        EntryCounter counter = new(_options.Progress);
        ArchiveRun run = new(_options, _excludes, [.. _options.IncludedFileSystems.Select(Device)], warnings) { ReadsContent = false };
        await run.RunAsync(root, null, counter.Add, cancellationToken).ConfigureAwait(false);
        counter.Totals.Entries += _excludes.Count > 0 ? 1 : 0;
        counter.ReportEnd();
        return Result(counter.Totals, warnings);
    }

    /// <summary>Opens the directory, and nothing more.</summary>
    /// <exception cref="FileTreeException">It cannot be read, or is none that can be backed up.</exception>
    internal void Check() => Open(new WarningLog(null)).Dispose();

    private static async ValueTask WriteAsync(ArchiveEmitter emitter, WalkItem item, CancellationToken cancellationToken)
    {
        using (item)
            await emitter.WriteAsync(item, null, cancellationToken).ConfigureAwait(false);
    }

    private static DirectoryArchiveResult Result(ArchiveEmitter emitter, WarningLog warnings)
    {
        emitter.ReportEnd();
        return Result(emitter.Totals, warnings);
    }

    private static DirectoryArchiveResult Result(EmitterTotals totals, WarningLog warnings) => new()
    {
        Entries = totals.Entries,
        Files = totals.Files,
        HardLinks = totals.HardLinks,
        Bytes = totals.Bytes,
        ReusedFiles = totals.ReusedFiles,
        ReusedBytes = totals.ReusedBytes,
        InjectedChunks = totals.InjectedChunks,
        InjectedBytes = totals.InjectedBytes,
        PaddingBytes = totals.InjectedBytes - totals.UsedBytes,
        UnsettledFiles = totals.Unsettled.Paths,
        WarningCount = warnings.Count,
        Warnings = warnings.Kept,
    };

    private IFileNode Open(WarningLog warnings)
    {
        IFileNode root = _tree.OpenRoot(_path);
        FileTreeException? fault = root.Stat.Kind != PxarEntryKind.Directory
            ? new(FileTreeFault.OtherKind, _path, $"\"{_path}\" is no directory.")
            : root.IsVirtual ? new(FileTreeFault.Virtual, _path, $"\"{_path}\" is of a virtual file system, which no backup can hold.") : null;
        if (fault is not null)
        {
            root.Dispose();
            throw fault;
        }

        if (_tree.Limits is { } limits)
            warnings.AddOnce(FileWarningKind.NotKept, "/", limits);
        return root;
    }

    private PxarMetadata RootMetadata(IFileNode root, WarningLog warnings) =>
        new WalkLoader(ArchiveRun.Parts(_options), warnings).ReadMetadata(root, static () => "/"u8.ToArray());

    private ArchiveRun Run(WarningLog warnings) => new(_options, _excludes, [.. _options.IncludedFileSystems.Select(Device)], warnings);

    private ulong Device(string path)
    {
        using IFileNode node = _tree.OpenRoot(path);
        return node.Stat.Device;
    }

    // Proxmox: the official client leaves its exclude patterns in the root of the archive like this, so that a restored tree tells what is missing.
    private async ValueTask WriteExcludesAsync(PxarWriter writer, CatalogOutput? catalog, ArchiveEmitter emitter, CancellationToken cancellationToken)
    {
        byte[] content = ExcludeFile.Write(_excludes);
        PxarMetadata metadata = PxarMetadata.Create(PxarEntryKind.File, 0b110_000_000) with
        {
            UserId = Libc.IsSupported ? Libc.EffectiveUser() : 0,
            GroupId = Libc.IsSupported ? Libc.EffectiveGroup() : 0,
        };
        await writer.WriteFileAsync(ExcludeFile.CommandLineName, metadata, content, cancellationToken).ConfigureAwait(false);
        catalog?.Add(ExcludeFile.CommandLineName, PxarEntryKind.File, content.Length, default);
        emitter.Totals.Entries++;
    }
}
