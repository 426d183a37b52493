using ProxSharp.Backup.Files.Extracts;
using ProxSharp.Backup.Files.Resuming;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Chunks;

namespace ProxSharp.Backup.Files;

/// <summary>
/// Restores archives into a directory, with all metadata that the system and the rights allow; what they do not allow is a warning.
/// Whatever an archive or another program does, nothing is written outside of the directory: every name is opened below its open directory,
/// and no link is followed. Until its content and metadata are complete, a directory or new file is closed to all but its owner and has the
/// time of now; a file that replaces another does so when it is complete. So a restore that was broken off can be resumed with
/// <see cref="ExistingFiles.KeepSameTime"/>.
/// </summary>
/// <example>
/// <code>
/// TreeExtractor extractor = new("/restore");
/// using PxarReader reader = new(stream);
/// TreeExtractResult result = await extractor.ExtractAsync(reader);
/// </code>
/// </example>
public sealed class TreeExtractor
{
    private readonly string _path;
    private readonly TreeExtractOptions _options;
    private readonly ITargetTree _target;

    /// <summary>Creates an extractor.</summary>
    /// <param name="path">
    /// The directory to restore into. It is created if need be, with patterns only if something matches; all above it are trusted.
    /// </param>
    /// <param name="options">How to restore; null for the default.</param>
    public TreeExtractor(string path, TreeExtractOptions? options = null)
        : this(path, options, TargetTrees.Create())
    {
    }

    internal TreeExtractor(string path, TreeExtractOptions? options, ITargetTree target)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= TreeExtractOptions.Default;
        (_path, _options, _target) = (Path.TrimEndingDirectorySeparator(path), options.DryRun ? options with { KeepParts = false } : options, target);
    }

    /// <summary>Told of existing files that are compared, so that what they have need not be fetched; null for nobody.</summary>
    internal LocalContent? Local { get; init; }

    /// <summary>Notes what stands between the contents of files, for a restore that goes on with this one; null for nobody.</summary>
    internal JournalRecorder? Journal { get; init; }

    /// <summary>The checksum of the index of the archive, which tells what a restore of the same archive left; nothing for an archive without an index.</summary>
    internal Sha256Digest Archive { get; init; }

    /// <summary>Restores an archive while it is read from front to back. Content that is not wanted is skipped.</summary>
    /// <param name="archive">The archive, nothing of which was read yet.</param>
    /// <param name="cancellationToken">Stops the restore. What was restored so far stays.</param>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    /// <exception cref="FileTreeException">Something exists that must not, or the file system refuses.</exception>
    public async Task<TreeExtractResult> ExtractAsync(PxarReader archive, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        ExtractRun run = Begin();
        await using (run.ConfigureAwait(false))
        {
            FileMarks marks = new();
            ValueTask<Stream> Open(CancellationToken token) => new(archive.OpenContent());
            while (await archive.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                Journal?.Follow(archive);
                if (!marks.Follow(archive))
                    run.AddBrokenLink(archive.Entry);
                else if (archive.Event == PxarReaderEvent.DirectoryEnd)
                    run.Leave();
                else if (archive.Entry.Kind == PxarEntryKind.Directory)
                    run.Enter(archive.Entry);
                else
                    await run.AddAsync(archive.Entry, Open, null, cancellationToken).ConfigureAwait(false);
            }

            return await run.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Restores an archive that can be read anywhere. What patterns name is looked up; directories in which nothing is wanted are not read.
    /// Of hard links to a file that is not restored itself, the first one becomes that file.
    /// </summary>
    /// <param name="archive">The archive; of a split one with its payload.</param>
    /// <param name="cancellationToken">Stops the restore. What was restored so far stays.</param>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    /// <exception cref="FileTreeException">Something exists that must not, or the file system refuses.</exception>
    public Task<TreeExtractResult> ExtractAsync(PxarArchive archive, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        return ExtractAsync(archive, null, cancellationToken);
    }

    internal async Task<TreeExtractResult> ExtractAsync(PxarArchive archive, KnownNames? known, CancellationToken cancellationToken)
    {
        ExtractRun run = Begin();
        ChildSelector children = new(archive, run, known);
        PayloadOrder order = new();
        Stack<IAsyncEnumerator<PxarNode>> open = new();
        await using (run.ConfigureAwait(false))
        {
            try
            {
                run.Enter(archive.Root.Entry);
                open.Push(List(children, archive.Root, cancellationToken));
                while (open.TryPeek(out IAsyncEnumerator<PxarNode>? nodes))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (await nodes.MoveNextAsync().ConfigureAwait(false))
                        await VisitAsync(archive, children, run, order, open, nodes.Current, cancellationToken).ConfigureAwait(false);
                    else
                        await LeaveAsync(run, open).ConfigureAwait(false);
                }

                return await run.CompleteAsync().ConfigureAwait(false);
            }
            finally
            {
                while (open.TryPop(out IAsyncEnumerator<PxarNode>? nodes))
                    await nodes.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static IAsyncEnumerator<PxarNode> List(ChildSelector children, PxarNode directory, CancellationToken cancellationToken) =>
        children.ListAsync(directory, cancellationToken).GetAsyncEnumerator(cancellationToken);

    private static async ValueTask VisitAsync(
        PxarArchive archive,
        ChildSelector children,
        ExtractRun run,
        PayloadOrder order,
        Stack<IAsyncEnumerator<PxarNode>> open,
        PxarNode node,
        CancellationToken cancellationToken)
    {
        if (node.Kind != PxarEntryKind.Directory)
        {
            await run.AddAsync(
                node.Entry,
                token =>
                {
                    // A hard link leads back to its file, whose content was left out.
                    if (node.Kind == PxarEntryKind.File)
                        order.Follow(node.Entry);
                    return archive.OpenContentAsync(node, token);
                },
                async token => (await HardLinks.ResolveAsync(archive, node, token).ConfigureAwait(false))?.Entry,
                cancellationToken).ConfigureAwait(false);
        }
        else if (open.Count >= PxarReaderOptions.Default.MaxDepth)
        {
            throw new FileTreeException(FileTreeFault.TooMany, node.Name.ToString(), $"Directories lie more than {PxarReaderOptions.Default.MaxDepth} deep.");
        }
        else if (run.Enter(node.Entry))
        {
            open.Push(List(children, node, cancellationToken));
        }
        else
        {
            run.Leave();
        }
    }

    private static async ValueTask LeaveAsync(ExtractRun run, Stack<IAsyncEnumerator<PxarNode>> open)
    {
        run.Leave();
        await open.Pop().DisposeAsync().ConfigureAwait(false);
    }

    private ExtractRun Begin()
    {
        WarningLog warnings = new(_options.Warned);
        if (_target.Limits is { } limits)
            warnings.AddOnce(FileWarningKind.NotKept, "/", limits);
        return new(_target, _path, _options, new(_options.Includes), warnings, Local, Archive);
    }
}
