using System.Threading.Channels;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Walks;

/// <summary>Walks a tree in the order of the archive, and hands each entry to the loaders and, in order, to the writer.</summary>
internal sealed class TreeWalk
{
    private readonly DirectoryArchiveOptions _options;
    private readonly WalkLoader _loader;
    private readonly WarningLog _warnings;
    private readonly ChannelWriter<WalkItem> _ordered;
    private readonly ChannelWriter<WalkItem> _unloaded;
    private readonly HashSet<ulong> _devices;
    private readonly PathPatternList _patterns;
    private readonly Stack<WalkDirectory> _open = new();
    private readonly List<byte> _path = [];
    private long _entries;
    private Predicate<string>? _mustRead;

    internal TreeWalk(
        DirectoryArchiveOptions options,
        IEnumerable<PathPattern> patterns,
        IEnumerable<ulong> devices,
        WalkLoader loader,
        WarningLog warnings,
        ChannelWriter<WalkItem> ordered,
        ChannelWriter<WalkItem> unloaded)
    {
        (_options, _loader, _warnings, _ordered, _unloaded) = (options, loader, warnings, ordered, unloaded);
        _devices = [.. devices];
        _patterns = new(patterns);
    }

    internal async Task RunAsync(IFileNode root, PreviousArchive? previous, CancellationToken cancellationToken)
    {
        _devices.Add(root.Stat.Device);
        _mustRead = previous?.MustRead;
        WalkDirectory top = new(null, default, root) { Previous = previous is null ? null : new(previous.Metadata, previous.Metadata.Root) };
        try
        {
            await EnterAsync(top, default, cancellationToken).ConfigureAwait(false);
            while (_open.TryPeek(out WalkDirectory? directory))
            {
                if (directory.Next < directory.Names.Count)
                    await VisitAsync(directory, directory.Names[directory.Next++], cancellationToken).ConfigureAwait(false);
                else
                    await LeaveAsync(directory, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            while (_open.TryPop(out WalkDirectory? directory))
            {
                directory.Release();
                if (directory.Previous is not null)
                    await directory.Previous.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async ValueTask VisitAsync(WalkDirectory directory, FileName name, CancellationToken cancellationToken)
    {
        if (directory.IsRoot && name.Name == ExcludeFile.CommandLineName)
            return;
        int before = _path.Count;
        _path.Add((byte)'/');
        _path.AddRange(name.Name.Span);
        bool entered = false;
        try
        {
            if (name.Kind is null or PxarEntryKind.Directory)
                entered = await VisitDirectoryAsync(directory, name, cancellationToken).ConfigureAwait(false);
            else if (!IsExcluded(isDirectory: false))
                await QueueAsync(directory, name, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // The path of a directory stays until it is left.
            if (!entered)
                _path.RemoveRange(before, _path.Count - before);
        }
    }

    /// <summary>Visits what is or may be a directory. Returns whether one was entered.</summary>
    private async ValueTask<bool> VisitDirectoryAsync(WalkDirectory directory, FileName name, CancellationToken cancellationToken)
    {
        if (name.Kind is not null && IsExcluded(isDirectory: true))
            return false;
        IFileNode node;
        try
        {
            node = directory.Node.Open(name);
        }
        catch (FileTreeException exception)
        {
            WalkLoader.RequireLeftOut(exception, directory.PathOf(name.Name));
            if (!IsExcluded(isDirectory: false))
                _loader.Skipped(exception, directory.PathOf(name.Name));
            return false;
        }

        if (node.Stat.Kind != PxarEntryKind.Directory || (name.Kind is null && IsExcluded(isDirectory: true)))
        {
            PxarEntryKind kind = node.Stat.Kind;
            node.Dispose();
            if (kind != PxarEntryKind.Directory && !IsExcluded(isDirectory: false))
                await QueueAsync(directory, name with { Kind = kind }, cancellationToken).ConfigureAwait(false);
            return false;
        }

        PxarNode? previous = await FindPreviousAsync(directory, name.Name, cancellationToken).ConfigureAwait(false);
        WalkDirectory child = new(directory, name.Name, node) { Previous = directory.Previous?.Enter(previous) };
        await EnterAsync(child, name.Name, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async ValueTask QueueAsync(WalkDirectory directory, FileName name, CancellationToken cancellationToken)
    {
        bool mayReuse = name.Kind == PxarEntryKind.File && _mustRead?.Invoke(PxarName.Escape(directory.PathOf(name.Name))) != true;
        PxarNode? previous = mayReuse
            ? await FindPreviousAsync(directory, name.Name, cancellationToken).ConfigureAwait(false)
            : null;
        WalkItem item = new(WalkItemKind.Entry, directory, name.Name) { Hint = name.Kind, Previous = previous };
        await _ordered.WriteAsync(item, cancellationToken).ConfigureAwait(false);
        directory.Acquire();
        // There is always room: the other channel bounds both.
        _unloaded.TryWrite(item);
    }

    private async ValueTask EnterAsync(WalkDirectory directory, PxarName name, CancellationToken cancellationToken)
    {
        _open.Push(directory);
        directory.OuterPatterns = _patterns.Count;
        byte[] Path() => _path.Count == 0 ? [(byte)'/'] : [.. _path];
        WalkItem item = new(WalkItemKind.Enter, directory, name);
        item.CompleteDirectory(directory.Node.Stat, _loader.ReadMetadata(directory.Node, Path));
        if (IsOtherFileSystem(directory))
            _warnings.Add(FileWarningKind.MountPoint, Path(), "The content of this mount point is left out.");
        else if (_open.Count >= PxarReaderOptions.Default.MaxDepth)
            _warnings.Add(FileWarningKind.Unreadable, Path(), FormattableString.Invariant($"It lies {_open.Count - 1} directories deep, where readers of archives stop: its content is left out."));
        else
            ReadNames(directory, Path);
        _entries += directory.Names.Count;
        if (_entries > _options.MaxEntries)
        {
            string message = $"There are more entries than the limit of {_options.MaxEntries} allows.";
            throw new FileTreeException(FileTreeFault.TooMany, PxarName.Text(Path()), message);
        }

        await _ordered.WriteAsync(item, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask LeaveAsync(WalkDirectory directory, CancellationToken cancellationToken)
    {
        await _ordered.WriteAsync(NewLeave(directory), cancellationToken).ConfigureAwait(false);
        _open.Pop();
        _entries -= directory.Names.Count;
        _patterns.Truncate(directory.OuterPatterns);
        _path.RemoveRange(Math.Max(0, _path.Count - OwnLength(directory)), OwnLength(directory));
        directory.Release();
        if (directory.Previous is not null)
            await directory.Previous.DisposeAsync().ConfigureAwait(false);
    }

    private int OwnLength(WalkDirectory directory) => _open.TryPeek(out WalkDirectory? parent) ? directory.PathLength - parent.PathLength : 0;

    private static WalkItem NewLeave(WalkDirectory directory)
    {
        WalkItem item = new(WalkItemKind.Leave, directory, default);
        item.Complete();
        return item;
    }

    private bool IsOtherFileSystem(WalkDirectory directory) =>
        (!directory.IsRoot && directory.Node.IsVirtual) || !(_options.AllFileSystems || _devices.Contains(directory.Node.Stat.Device));

    private void ReadNames(WalkDirectory directory, Func<byte[]> path)
    {
        try
        {
            directory.Names = directory.Node.List();
        }
        catch (FileTreeException exception) when (!directory.IsRoot)
        {
            WalkLoader.RequireLeftOut(exception, path());
            _warnings.Add(FileWarningKind.Unreadable, path(), $"{exception.Message} Its content is left out.");
            return;
        }

        directory.Names.Sort(static (left, right) => left.Name.CompareTo(right.Name));
        int at = directory.Names.BinarySearch(new(ExcludeFile.Name, null), Comparer<FileName>.Create(static (left, right) => left.Name.CompareTo(right.Name)));
        if (at >= 0)
            ReadExcludeFile(directory, directory.Names[at]);
    }

    private void ReadExcludeFile(WalkDirectory directory, FileName name)
    {
        byte[] path = directory.PathOf(name.Name);
        try
        {
            using IFileNode file = directory.Node.OpenTarget(name);
            if (file.Stat.Kind != PxarEntryKind.File || file.Stat.Length > ExcludeFile.MaxLength)
            {
                _warnings.Add(FileWarningKind.BadPattern, path, "This is no regular file of at most 1 MiB: its patterns are ignored.");
                return;
            }

            byte[] content = new byte[file.Stat.Length];
            int filled = 0;
            while (filled < content.Length && file.Read(filled, content.AsSpan(filled)) is var read and > 0)
                filled += read;
            _patterns.AddRange(ExcludeFile.Parse(
                content.AsSpan(0, filled),
                directory.IsRoot,
                message => _warnings.Add(FileWarningKind.BadPattern, path, message)));
        }
        catch (FileTreeException exception)
        {
            WalkLoader.RequireLeftOut(exception, path);
            _warnings.Add(FileWarningKind.Unreadable, path, $"{exception.Message} Its patterns are ignored.");
        }
    }

    private bool IsExcluded(bool isDirectory) =>
        _patterns.Count > 0 && _patterns.Decide(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_path), isDirectory) == true;

    private async ValueTask<PxarNode?> FindPreviousAsync(WalkDirectory directory, PxarName name, CancellationToken cancellationToken)
    {
        if (directory.Previous is null)
            return null;
        try
        {
            return await directory.Previous.FindAsync(name, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxProtocolException exception)
        {
            string message = $"The previous archive is damaged, so files are read again: {exception.Message}";
            _warnings.AddOnce(FileWarningKind.Unreadable, PxarName.Text(directory.PathOf(name)), message);
            await directory.Previous.DisposeAsync().ConfigureAwait(false);
            directory.Previous = null;
            return null;
        }
    }
}
