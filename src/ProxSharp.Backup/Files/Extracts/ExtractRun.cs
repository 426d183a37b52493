using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;
using ProxSharp.Backup.Reading.Chunks;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>One restore: takes the entries of an archive in its order, and puts them into the target.</summary>
internal sealed class ExtractRun : IAsyncDisposable
{
    private readonly TreeExtractOptions _options;
    private readonly WarningLog _warnings;
    private readonly ExtractTotals _totals;
    private readonly IncludeFilter _filter;
    private readonly EntryPlacer _placer;
    private readonly EntryPlacer _symlinks;
    private readonly JobQueue _jobs;
    private readonly FilePlacer _files;
    private readonly FileParts _parts;
    private readonly LinkPlacer _links;
    private readonly ITargetTree _tree;
    private readonly string _path;
    private ITargetDirectory? _target;
    private ExtractDirectory? _root;
    private ExtractDirectory? _current;
    private long _damaged;

    /// <param name="tree">Opens the target, and makes it if need be; with patterns not before something matches.</param>
    /// <param name="path">The path of the target.</param>
    /// <param name="options">How to restore.</param>
    /// <param name="filter">What to restore.</param>
    /// <param name="warnings">Takes warnings.</param>
    /// <param name="local">Told of existing files that are compared; null for nobody.</param>
    /// <param name="archive">The checksum of the index of the archive; nothing for an archive without an index.</param>
    internal ExtractRun(
        ITargetTree tree, string path, TreeExtractOptions options, IncludeFilter filter, WarningLog warnings, LocalContent? local, Sha256Digest archive)
    {
        RestorePreview? preview = options.DryRun ? new() : null;
        _tree = preview is null ? tree : new DryTarget(tree, preview, filter.Root);
        (_path, _options, _filter, _warnings) = (path, options, filter, warnings);
        _totals = new(options.Progress) { Preview = preview };
        EntryPlacer Placer(PxarEntryKind kind) => new(options.Of(kind), warnings, _totals);
        _placer = Placer(PxarEntryKind.Directory);
        _symlinks = Placer(PxarEntryKind.Symlink);
        _jobs = new(Math.Clamp(options.Writers, 1, 64));
        _parts = new(archive, _placer);
        _files = new(options.Of(PxarEntryKind.File), Placer(PxarEntryKind.File), _totals, _jobs, local, _parts);
        _links = new(Placer(PxarEntryKind.HardLink), filter, _totals, _jobs);
    }

    private bool Replaces => _options.Existing is not (ExistingFiles.Fail or ExistingFiles.Skip);

    private EntryPlacer PlacerOf(PxarEntry other) => other.Kind == PxarEntryKind.Symlink ? _symlinks : _placer;

    private ExtractDirectory Current => _current ?? throw new InvalidOperationException("No directory is open.");

    /// <summary>Ends the restore, complete or not: what waits is written, and everything is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _jobs.DisposeAsync().ConfigureAwait(false);
        // What is open still was not completed.
        for (; _current is not null; _current = _current.Parent)
        {
            _current.IsBroken = true;
            _current.Release();
        }

        _target?.Dispose();
    }

    /// <summary>Begins a directory.</summary>
    /// <returns>Whether anything in it may be restored.</returns>
    internal bool Enter(PxarEntry entry)
    {
        if (_current is null)
        {
            _current = _root = new(null, entry, _filter.Root, Finish) { AppliesMetadata = _filter.Root, Target = _path };
            return !_filter.Root || EnsureOpen(_root);
        }

        byte[] path = _current.PathOf(entry.Name);
        bool selected = _filter.Decide(path, isDirectory: true, _current.IsSelected);
        _current = new(_current, entry, selected, Finish) { IsLost = _current.IsLost };
        if (selected)
            EnsureOpen(_current);
        return !_current.IsLost && (selected || _filter.MayBeBelow(path));
    }

    /// <summary>The path of the directory that was begun last, with a leading slash; empty for the root.</summary>
    internal byte[] CurrentPath => Current.Path;

    /// <summary>The only names in the directory that was begun last of which anything may be restored; null if all have to be looked at.</summary>
    internal IReadOnlyList<byte[]>? OnlyNames() => Current.IsSelected || _filter.Root ? null : _filter.NamesBelow(Current.Path);

    /// <summary>Whether an entry of the directory that was begun last, or anything in it, may be restored.</summary>
    internal bool Wants(PxarName name, bool isDirectory)
    {
        byte[] path = Current.PathOf(name);
        return _filter.Decide(path, isDirectory, Current.IsSelected) || (isDirectory && _filter.MayBeBelow(path));
    }

    /// <summary>Ends the directory that was begun last.</summary>
    internal void Leave()
    {
        ExtractDirectory directory = Current;
        _current = directory.Parent;
        directory.Release();
    }

    /// <summary>Restores anything but a directory.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="open">Opens the content of a file.</param>
    /// <param name="resolve">
    /// Finds the file that a hard link names, with its content, or null if there is none; null itself if the archive is read in order only.
    /// </param>
    /// <param name="cancellationToken">Stops the restore.</param>
    internal async ValueTask AddAsync(
        PxarEntry entry,
        Func<CancellationToken, ValueTask<Stream>> open,
        Func<CancellationToken, ValueTask<PxarEntry?>>? resolve,
        CancellationToken cancellationToken)
    {
        ExtractDirectory directory = Current;
        if (!_filter.Decide(directory.PathOf(entry.Name), isDirectory: false, directory.IsSelected) || !EnsureOpen(directory))
            return;
        if (directory.Kept.Contains(entry.Name))
            directory.Kept = [.. directory.Kept.Where(name => name != entry.Name)];
        try
        {
            if (entry.Kind == PxarEntryKind.File)
                await AddFileAsync(directory, entry, open, cancellationToken).ConfigureAwait(false);
            else if (entry.Kind == PxarEntryKind.HardLink)
                await AddLinkAsync(directory, entry, open, resolve, cancellationToken).ConfigureAwait(false);
            else if (PlacerOf(entry).Look(directory, entry.Name, out FileStat? there))
                AddOther(directory, entry, there is not null);
        }
        catch (FileTreeException failure)
        {
            Refuse(directory, entry.Name, failure);
        }
    }

    /// <summary>Waits for all that was begun.</summary>
    internal async Task<TreeExtractResult> CompleteAsync()
    {
        await _jobs.DrainAsync().ConfigureAwait(false);
        _totals.ReportEnd();
        return new()
        {
            Entries = _totals.Entries,
            Files = _totals.Files,
            Bytes = _totals.Bytes,
            KeptFiles = _totals.Kept,
            SkippedEntries = _totals.Skipped,
            DamagedEntries = _damaged,
            Preview = _totals.Preview,
            WarningCount = _warnings.Count,
            Warnings = _warnings.Kept,
        };
    }

    private void Finish(ExtractDirectory directory)
    {
        if (directory.Handle is not { } handle)
            return;
        // Who has all of a tree goes on with nothing in it. Where what exists was refused or skipped, another restore may still.
        if (directory.Parent is null && Replaces && directory.IsSelected && !directory.IsBroken)
            _parts.DeleteJournal(directory);
        // A directory that a broken restore left open stays as it is: closed to others, and with the time of now.
        if (directory.AppliesMetadata && !directory.IsBroken)
        {
            handle.Apply(directory.Entry.Metadata!, _placer.Parts, new(_warnings, () => directory.Path is { Length: > 0 } path ? path : [(byte)'/']));
            _totals.Add();
        }

        handle.Dispose();
    }

    /// <summary>Leaves out a hard link that does not lead to the file it names.</summary>
    internal void AddBrokenLink(PxarEntry link)
    {
        byte[] path = Current.PathOf(link.Name);
        if (!_filter.Decide(path, isDirectory: false, Current.IsSelected))
            return;
        _damaged++;
        _warnings.Add(FileWarningKind.Damaged, path, $"{FileMarks.Tell(link)} It is left out.");
    }

    private async ValueTask AddFileAsync(
        ExtractDirectory directory, PxarEntry entry, Func<CancellationToken, ValueTask<Stream>> open, CancellationToken cancellationToken)
    {
        if (!await _files.WriteAsync(directory, entry.Name, entry, open, cancellationToken).ConfigureAwait(false))
            _links.AddSkipped(entry);
    }

    private async ValueTask AddLinkAsync(
        ExtractDirectory directory,
        PxarEntry link,
        Func<CancellationToken, ValueTask<Stream>> open,
        Func<CancellationToken, ValueTask<PxarEntry?>>? resolve,
        CancellationToken cancellationToken)
    {
        byte[] path = directory.PathOf(link.Name);
        PxarEntry? file;
        try
        {
            file = resolve is null ? null : await resolve(cancellationToken).ConfigureAwait(false);
        }
        catch (MissingChunkException damage)
        {
            LeaveOut(link, path, damage);
            return;
        }

        if (resolve is not null && file is null)
        {
            AddBrokenLink(link);
            return;
        }

        if (await _links.TryLinkAsync(_root!, directory, link).ConfigureAwait(false))
            return;
        if (file is null)
        {
            string target = PxarName.Text(link.LinkTarget.Span);
            string why = _links.IsSkipped(link) ? "was skipped and may have another content. It is left out; restored alone, it gets a file of its own."
                : "was not restored or cannot be linked. It is left out.";
            _warnings.Add(FileWarningKind.NotCreated, path, $"This is a further name of \"{target}\", which {why}");
            return;
        }

        try
        {
            if (await _files.WriteAsync(directory, link.Name, file, open, cancellationToken).ConfigureAwait(false))
                _links.AddCopy(link, path);
        }
        catch (Exception damage) when (damage is ProxmoxProtocolException or MissingChunkException)
        {
            LeaveOut(link, path, damage);
        }
    }

    // Whoever leaves a damaged file out need not know all its names.
    private void LeaveOut(PxarEntry link, byte[] path, Exception damage)
    {
        string why = damage.Message.TrimEnd('.');
        _damaged++;
        _warnings.Add(
            FileWarningKind.Damaged, path, $"This is a further name of \"{PxarName.Text(link.LinkTarget.Span)}\", which cannot be read: {why}. It is left out.");
    }

    private void AddOther(ExtractDirectory directory, PxarEntry entry, bool replaces)
    {
        ITargetDirectory handle = directory.Handle!;
        try
        {
            bool placed = PlacerOf(entry).Place(
                directory,
                entry.Name,
                replaces,
                place =>
                {
                    if (entry.Kind == PxarEntryKind.Symlink)
                        handle.MakeSymlink(place, entry.LinkTarget.Span);
                    else
                        handle.MakeNode(place, entry, _placer.FileMode);
                },
                place => handle.Apply(place, entry.Metadata!, _placer.Parts, _placer.Report(directory, entry.Name)));
            if (placed)
                _totals.Add();
        }
        catch (FileTreeException exception) when (exception.Fault == FileTreeFault.Denied
            && entry.Kind is PxarEntryKind.CharacterDevice or PxarEntryKind.BlockDevice)
        {
            _warnings.Add(FileWarningKind.NotCreated, directory.PathOf(entry.Name), $"{exception.Message} Only root may create devices. It is left out.");
        }
    }

    /// <summary>Opens a directory and those above it, and creates them if need be.</summary>
    /// <returns>False if it cannot be created, which was told.</returns>
    private bool EnsureOpen(ExtractDirectory directory)
    {
        if (directory.Handle is not null || directory.IsLost)
            return !directory.IsLost;
        if (directory.Parent is null)
        {
            // Like each directory in it, an existing one stays as it is where what exists is skipped.
            directory.AppliesMetadata &= _options.Existing != ExistingFiles.Skip || !Directory.Exists(_path);
            directory.Handle = _target = _tree.OpenRoot(_path);
            if (Replaces)
                _target.Unlock();
            directory.Kept = _target.DeleteAbandoned();
            return true;
        }

        if (!EnsureOpen(directory.Parent))
        {
            directory.IsLost = true;
            return false;
        }

        ITargetDirectory parent = directory.Parent.Handle!;
        PxarName name = directory.Entry.Name;
        try
        {
            Open(directory, parent, name);
        }
        catch (FileTreeException exception) when (exception.Fault == FileTreeFault.Unsupported)
        {
            directory.IsLost = true;
            _warnings.Add(FileWarningKind.NotCreated, directory.Path, $"{exception.Message} It is left out with all in it.");
        }
        catch (FileTreeException exception) when (exception.Fault == FileTreeFault.OtherKind && _options.Existing == ExistingFiles.Skip)
        {
            // What exists stays, whatever it is, and nothing goes into it.
            directory.IsLost = true;
            _totals.Skip();
            _warnings.Add(FileWarningKind.NotCreated, directory.Path, $"{exception.Message} It is left out with all in it.");
        }
        catch (FileTreeException exception)
        {
            Refuse(directory.Parent, name, exception);
            directory.IsLost = true;
        }

        return !directory.IsLost;
    }

    // This ends a restore. Whoever only looks goes on, to see all of it.
    private void Refuse(ExtractDirectory directory, PxarName name, FileTreeException failure)
    {
        FileTreeException refusal = directory.Locate(name, failure);
        (_totals.Preview ?? throw refusal).Refuse(refusal);
    }

    private void Open(ExtractDirectory directory, ITargetDirectory parent, PxarName name)
    {
        bool isNew = Make(parent, name);
        directory.AppliesMetadata = isNew || (directory.IsSelected && _options.Existing != ExistingFiles.Skip);
        directory.Handle = parent.Enter(name, unlocks: Replaces && !isNew);
        if (!isNew)
            directory.Kept = directory.Handle.DeleteAbandoned();
    }

    private bool Make(ITargetDirectory parent, PxarName name)
    {
        try
        {
            parent.MakeDirectory(name, _placer.DirectoryMode);
            return true;
        }
        catch (FileTreeException exception) when (exception.Fault == FileTreeFault.Exists && _options.KeepsDirectories)
        {
            return false;
        }
    }
}
