using ProxSharp.Backup.Files.Extracts;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Snapshots;
using ProxSharp.Backup.Reading.Tars;

namespace ProxSharp.Backup.Reading.Archives;

/// <content>The tree as a tar stream.</content>
public sealed partial class SnapshotArchive
{
    /// <summary>
    /// Writes the tree, or a part of it, as a tar stream in the POSIX pax format: with owners, modes, times to the nanosecond, hard links, devices, ACLs,
    /// extended attributes and file capabilities, as GNU tar and bsdtar read them. Sockets, file flags and quota projects have no place in it.
    /// </summary>
    /// <param name="destination">Takes the stream; it stays open.</param>
    /// <param name="options">What to write; null for everything.</param>
    /// <param name="cancellationToken">Stops writing.</param>
    /// <exception cref="ProxmoxProtocolException">The archive is damaged.</exception>
    public async Task<TarResult> WriteTarAsync(Stream destination, TarOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        options ??= TarOptions.Default;
        using TarExporter exporter = new(destination);
        if (options.Patterns.Count == 0)
            await ExportAllAsync(exporter, options, cancellationToken).ConfigureAwait(false);
        else
            await ExportSomeAsync(exporter, options, cancellationToken).ConfigureAwait(false);
        return await exporter.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ExportAllAsync(TarExporter exporter, TarOptions options, CancellationToken cancellationToken)
    {
        ProgressReporter progress = _reader.Report(_payload ?? _main, options.Progress);
        (Stream main, Stream? payload) = TreeStreams.Open(_main, _payload, progress, eager: true);
        await using (main.ConfigureAwait(false))
        await using ((payload ?? Stream.Null).ConfigureAwait(false))
        {
            using PxarReader reader = new(main, payload);
            FileMarks marks = new();
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (!marks.Follow(reader))
                    exporter.LeaveOut(reader.GetPath());
                else if (reader.Event == PxarReaderEvent.Entry)
                    await exporter.WriteAsync(reader.GetPath(), reader.Entry, () => new(reader.OpenContent()), cancellationToken).ConfigureAwait(false);
            }

            progress.Complete();
        }
    }

    private async Task ExportSomeAsync(TarExporter exporter, TarOptions options, CancellationToken cancellationToken)
    {
        ProgressReporter progress = _reader.Report(_payload ?? _main, options.Progress);
        Dictionary<long, byte[]> written = [];
        PayloadOrder order = new();
        await foreach ((byte[] path, PxarNode node) in SelectAsync(options.Patterns, cancellationToken).ConfigureAwait(false))
        {
            PxarNode? found = await TryResolveAsync(node, cancellationToken).ConfigureAwait(false);
            byte[]? first = null;
            bool isWritten = found?.Kind == PxarEntryKind.File && written.TryGetValue(found.Entry.Position, out first);
            bool isNew = node.Kind == PxarEntryKind.HardLink && !isWritten;
            if (found is not { } target || (isNew && !await IsReadableAsync(target, cancellationToken).ConfigureAwait(false)))
            {
                exporter.LeaveOut(path);
                continue;
            }

            if (isWritten)
            {
                await exporter.WriteLinkAsync(path, first!, target.Entry.Metadata!, cancellationToken).ConfigureAwait(false);
                continue;
            }

            // A hard link leads back to its file, whose content was left out.
            if (node.Kind == PxarEntryKind.File)
                order.Follow(node.Entry);
            // A hard link whose target was left out takes its place.
            await exporter.WriteAsync(path, target.Entry, () => Archive.OpenContentAsync(target, cancellationToken), cancellationToken).ConfigureAwait(false);
            if (target.Kind == PxarEntryKind.File)
                written[target.Entry.Position] = path;
            progress.Add(target.Entry.Length, 0);
        }
    }

    // Whoever leaves a damaged file out need not know all its names.
    private async ValueTask<PxarNode?> TryResolveAsync(PxarNode node, CancellationToken cancellationToken)
    {
        try
        {
            return await HardLinks.ResolveAsync(Archive, node, cancellationToken).ConfigureAwait(false);
        }
        catch (MissingChunkException) when (node.Kind == PxarEntryKind.HardLink)
        {
            return null;
        }
    }

    // What has gone into a tar cannot be taken back, so that it is read once before.
    private async ValueTask<bool> IsReadableAsync(PxarNode file, CancellationToken cancellationToken)
    {
        try
        {
            Stream content = await Archive.OpenContentAsync(file, cancellationToken).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
                await content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception damage) when (damage is ProxmoxProtocolException or MissingChunkException)
        {
            return false;
        }
    }

    /// <summary>What patterns take, with the directories above it, as the archive has it. Names come from the catalog where there is one.</summary>
    private async IAsyncEnumerable<(byte[] Path, PxarNode Node)> SelectAsync(
        IReadOnlyList<PathPattern> patterns,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PatternSelection selection = new(patterns);
        NodePath nodes = new(Archive);
        IArchiveTree tree = _names ?? (IArchiveTree)new PxarTree(Archive, _main.Index.Size, followsLinks: false);
        ArchiveEntry root = await GetDirectoryAsync(tree, "", cancellationToken).ConfigureAwait(false);
        await foreach (ArchiveEntry entry in TreeWalk.WalkAsync(tree, root, null, cancellationToken).ConfigureAwait(false))
        {
            if (!selection.Takes(entry))
                continue;
            await foreach ((byte[] path, PxarNode node) in nodes.MoveToAsync(entry.PathBytes, cancellationToken).ConfigureAwait(false))
                yield return (path, node);
        }
    }
}
