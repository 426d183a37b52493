using System.Runtime.CompilerServices;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;

namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>Goes through two trees at once, directory by directory.</summary>
internal sealed class TreeComparer(SnapshotArchive older, SnapshotArchive newer, CompareOptions options)
{
    private ContentComparer? _contents;

    public async IAsyncEnumerable<SnapshotChange> CompareAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Loaders go after what they load: what is on its way uses them.
        ComparisonMemory memory = new();
        List<ComparedArchive> sides = [];
        try
        {
            sides.Add(await older.OpenForComparisonAsync(memory, cancellationToken).ConfigureAwait(false));
            sides.Add(await newer.OpenForComparisonAsync(memory, cancellationToken).ConfigureAwait(false));
            _contents = options.WithContents ? new(sides[0], sides[1]) : null;
            (IArchiveTree left, IArchiveTree right) = (sides[0].Tree(options.WithMetadata), sides[1].Tree(options.WithMetadata));
            await foreach (SnapshotChange change in CompareAsync(left, right, cancellationToken).ConfigureAwait(false))
                yield return change;
        }
        finally
        {
            await memory.DisposeAsync().ConfigureAwait(false);
            sides.ForEach(static side => side.Dispose());
        }
    }

    private async IAsyncEnumerable<SnapshotChange> CompareAsync(
        IArchiveTree left, IArchiveTree right, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] path = ArchivePath.Parse(options.Path);
        ArchiveEntry? before = await left.FindAsync(path, cancellationToken).ConfigureAwait(false);
        ArchiveEntry? after = await right.FindAsync(path, cancellationToken).ConfigureAwait(false);
        if (before is null && after is null)
        {
            throw new SnapshotFileNotFoundException(
                $"There is no \"/{options.Path.TrimStart('/')}\" in {newer.Name} of the two snapshots, neither in the older one nor in the newer one.");
        }

        Stack<Pending> open = new([new(before, after)]);
        while (open.TryPop(out Pending pending))
        {
            if (await DescribeAsync(pending, cancellationToken).ConfigureAwait(false) is { } change)
                yield return change;
            // Children come next, in the order of their names.
            List<ArchiveEntry> olds = await ListAsync(left, Directory(pending.Older), cancellationToken).ConfigureAwait(false);
            List<ArchiveEntry> news = await ListAsync(right, Directory(pending.Newer), cancellationToken).ConfigureAwait(false);
            List<Pending> children = Pair(olds, news);
            for (int i = children.Count - 1; i >= 0; i--)
                open.Push(children[i]);
        }
    }

    private static ArchiveEntry? Directory(ArchiveEntry? entry) => entry is { Kind: PxarEntryKind.Directory } ? entry : null;

    private static async Task<List<ArchiveEntry>> ListAsync(IArchiveTree tree, ArchiveEntry? directory, CancellationToken cancellationToken)
    {
        List<ArchiveEntry> entries = [];
        if (directory is null)
            return entries;
        await foreach (ArchiveEntry entry in tree.ListAsync(directory, cancellationToken).ConfigureAwait(false))
            entries.Add(entry);
        entries.Sort(static (left, right) => left.Name.CompareTo(right.Name));
        return entries;
    }

    private static List<Pending> Pair(List<ArchiveEntry> left, List<ArchiveEntry> right)
    {
        List<Pending> pairs = new(Math.Max(left.Count, right.Count));
        for (int i = 0, j = 0; i < left.Count || j < right.Count;)
        {
            int order = i == left.Count ? 1 : j == right.Count ? -1 : left[i].Name.CompareTo(right[j].Name);
            pairs.Add(new(order <= 0 ? left[i++] : null, order >= 0 ? right[j++] : null));
        }

        return pairs;
    }

    private async ValueTask<SnapshotChange?> DescribeAsync(Pending pending, CancellationToken cancellationToken)
    {
        switch (pending)
        {
            case { Older: { } before, Newer: { } after }:
                ChangedParts parts = EntryComparer.Compare(before, after, followsLinks: _contents is not null);
                bool alike = EntryComparer.HasContent(before) && (parts & (ChangedParts.Kind | ChangedParts.Length)) == 0;
                if (alike && _contents is { } contents)
                    parts |= await contents.CompareAsync(before, after, cancellationToken).ConfigureAwait(false);
                return parts == ChangedParts.None ? null : new(SnapshotChangeKind.Changed, parts, before, after);
            case { Older: { } gone }:
                return new(SnapshotChangeKind.Removed, ChangedParts.None, gone, null);
            case { Newer: { } come }:
                return new(SnapshotChangeKind.Added, ChangedParts.None, null, come);
            default:
                return null;
        }
    }

    private readonly record struct Pending(ArchiveEntry? Older, ArchiveEntry? Newer);
}
