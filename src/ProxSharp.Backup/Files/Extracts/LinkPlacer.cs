using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Files.Targets;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>Restores further names of files.</summary>
internal sealed class LinkPlacer(EntryPlacer placer, IncludeFilter filter, ExtractTotals totals, JobQueue jobs)
{
    private readonly EntryPlacer _placer = placer;
    private readonly IncludeFilter _filter = filter;
    private readonly ExtractTotals _totals = totals;
    private readonly JobQueue _jobs = jobs;
    private readonly Dictionary<long, byte[]> _copies = [];
    private readonly HashSet<long> _skipped = [];

    /// <summary>Notes that a file which is not restored itself was restored under another name.</summary>
    internal void AddCopy(PxarEntry link, byte[] path) => _copies[link.LinkPosition] = path;

    /// <summary>Notes that what had the name of a file was left as it is: it may be another file, to which nothing must be linked.</summary>
    internal void AddSkipped(PxarEntry file) => _skipped.Add(file.Position);

    /// <summary>Whether what has the name of the file that a link names was left as it is.</summary>
    internal bool IsSkipped(PxarEntry link) => _skipped.Contains(link.LinkPosition);

    /// <summary>Links a name to the file that was restored before.</summary>
    /// <returns>False if that file is not there, or is not known to have the content.</returns>
    internal async ValueTask<bool> TryLinkAsync(ExtractDirectory root, ExtractDirectory directory, PxarEntry link)
    {
        bool copied = _copies.TryGetValue(link.LinkPosition, out byte[]? path);
        if (!copied && !_filter.DecideFile(link.LinkTarget.Span))
            return false;
        if (!_placer.Look(directory, link.Name, out FileStat? there))
            return true;
        if (!copied && IsSkipped(link))
            return false;
        // The file may still wait to be written.
        await _jobs.DrainAsync().ConfigureAwait(false);
        return Walk(
            root.Handle!,
            copied ? path : link.LinkTarget,
            (from, name) => from.Find(name) is { Kind: PxarEntryKind.File } target && Link(directory, link, there, from, name, target))
            // It would be there by now.
            || (_totals.Preview is not null && Link(directory, link, there, root.Handle!, link.Name, default));
    }

    private bool Link(ExtractDirectory directory, PxarEntry link, FileStat? there, ITargetDirectory from, PxarName file, FileStat target)
    {
        // What is overwritten is a new file, to which nothing is linked yet.
        bool isLinked = !_placer.Overwrites && there is { } stat && stat.IsSameAs(target);
        if (isLinked && _totals.Preview is { } preview)
            preview.Compared++;
        PxarName made = link.Name;
        bool placed = isLinked || _placer.Place(
            directory,
            link.Name,
            there is not null,
            place => directory.Handle!.MakeLink(made = place, from, file),
            static _ => { },
            // What another restore gave the name meanwhile may be the same file: then renaming has changed nothing, and this name is left.
            seal: () =>
            {
                if (made != link.Name && directory.Handle!.Find(made) is not null)
                    EntryPlacer.TryDelete(directory.Handle, made);
            },
            // Over another name of the same file nothing is renamed.
            isRight: made => made.IsSameAs(target));
        if (placed)
            _totals.Add();
        return true;
    }

    /// <summary>Goes to a file name by name: a path in an archive must not lead through links or outside.</summary>
    private static bool Walk(ITargetDirectory root, ReadOnlyMemory<byte> path, Func<ITargetDirectory, PxarName, bool> action)
    {
        List<PxarName> names = [];
        foreach (Range part in path.Span.Split((byte)'/'))
        {
            if (path.Span[part].IsEmpty)
                continue;
            if (!PxarName.IsValid(path.Span[part]))
                return false;
            names.Add(new(path.Span[part]));
        }

        if (names.Count == 0)
            return false;
        ITargetDirectory at = root;
        try
        {
            foreach (PxarName name in names[..^1])
            {
                ITargetDirectory next = at.Enter(name);
                if (at != root)
                    at.Dispose();
                at = next;
            }

            return action(at, names[^1]);
        }
        catch (FileTreeException exception) when (exception.Fault is FileTreeFault.Vanished or FileTreeFault.OtherKind
            or FileTreeFault.Denied or FileTreeFault.Failed)
        {
            // Too many names, another file system, no right to link: the file may still be restored as a copy.
            return false;
        }
        finally
        {
            if (at != root)
                at.Dispose();
        }
    }
}
