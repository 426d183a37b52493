using System.Runtime.CompilerServices;
using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;

namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>Goes through two trees at once, directory by directory.</summary>
/// <param name="name">The name that the tree has in both snapshots.</param>
/// <param name="options">How to compare.</param>
internal sealed class TreeComparer(string name, CompareOptions options)
{
    private ContentComparer? _contents;

    /// <summary>Compares two archives.</summary>
    public async IAsyncEnumerable<SnapshotChange> CompareAsync(
        SnapshotArchive older, SnapshotArchive newer, [EnumeratorCancellation] CancellationToken cancellationToken)
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

    /// <summary>Compares what two trees say about their entries, but no contents.</summary>
    public async IAsyncEnumerable<SnapshotChange> CompareAsync(
        IArchiveTree left, IArchiveTree right, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] path = ArchivePath.Parse(options.Path);
        ArchiveEntry? before = await left.FindAsync(path, cancellationToken).ConfigureAwait(false);
        ArchiveEntry? after = await right.FindAsync(path, cancellationToken).ConfigureAwait(false);
        if (before is null && after is null)
        {
            throw new SnapshotFileNotFoundException(
                $"There is no \"/{options.Path.TrimStart('/')}\" in {name} of the two snapshots, neither in the older one nor in the newer one.");
        }

        await foreach (Pending pending in WalkAsync(left, right, new(before, after), cancellationToken).ConfigureAwait(false))
        {
            if (await DescribeAsync(pending, cancellationToken).ConfigureAwait(false) is { } change)
                yield return change;
        }
    }

    /// <summary>A pair and all below it: children come next, in the order of their names.</summary>
    private static async IAsyncEnumerable<Pending> WalkAsync(
        IArchiveTree left, IArchiveTree right, Pending top, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Stack<IAsyncEnumerator<Pending>> open = new();
        try
        {
            for (Pending next = top; ; next = open.Peek().Current)
            {
                yield return next;
                TreeWalk.DemandDepth(open.Count);
                if (IsDirectory(next.Older) || IsDirectory(next.Newer))
                    open.Push(PairAsync(left, right, next, cancellationToken).GetAsyncEnumerator(cancellationToken));
                while (open.TryPeek(out IAsyncEnumerator<Pending>? pairs) && !await pairs.MoveNextAsync().ConfigureAwait(false))
                    await open.Pop().DisposeAsync().ConfigureAwait(false);
                if (open.Count == 0)
                    yield break;
            }
        }
        finally
        {
            while (open.TryPop(out IAsyncEnumerator<Pending>? pairs))
                await pairs.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static bool IsDirectory(ArchiveEntry? entry) => entry is { Kind: PxarEntryKind.Directory };

    private static IAsyncEnumerable<ArchiveEntry> List(IArchiveTree tree, ArchiveEntry? directory, CancellationToken cancellationToken) =>
        IsDirectory(directory) ? tree.ListSortedAsync(directory!, cancellationToken) : AsyncEnumerable.Empty<ArchiveEntry>();

    private static async IAsyncEnumerable<Pending> PairAsync(
        IArchiveTree left, IArchiveTree right, Pending parent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerator<ArchiveEntry> olds = List(left, parent.Older, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (olds.ConfigureAwait(false))
        {
            IAsyncEnumerator<ArchiveEntry> news = List(right, parent.Newer, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (news.ConfigureAwait(false))
            {
                ArchiveEntry? before = await NextAsync(olds).ConfigureAwait(false);
                ArchiveEntry? after = await NextAsync(news).ConfigureAwait(false);
                while (before is not null || after is not null)
                {
                    int order = before is null ? 1 : after is null ? -1 : before.Name.CompareTo(after.Name);
                    yield return new(order <= 0 ? before : null, order >= 0 ? after : null);
                    before = order <= 0 ? await NextAsync(olds).ConfigureAwait(false) : before;
                    after = order >= 0 ? await NextAsync(news).ConfigureAwait(false) : after;
                }
            }
        }
    }

    private static async ValueTask<ArchiveEntry?> NextAsync(IAsyncEnumerator<ArchiveEntry> entries) =>
        await entries.MoveNextAsync().ConfigureAwait(false) ? entries.Current : null;

    private async ValueTask<SnapshotChange?> DescribeAsync(Pending pending, CancellationToken cancellationToken)
    {
        switch (pending)
        {
            case { Older: { } before, Newer: { } after }:
                ChangedParts parts = EntryComparer.Compare(before, after, options.WithMetadata, followsLinks: _contents is not null);
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
