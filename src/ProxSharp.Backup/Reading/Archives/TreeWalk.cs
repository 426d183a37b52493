using System.Runtime.CompilerServices;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>Goes through a tree, each entry before what it holds. Directories are read while the caller goes on.</summary>
internal static class TreeWalk
{
    /// <summary>Fails if directories lie deeper than the readers of whole archives go.</summary>
    /// <param name="open">How many are open.</param>
    public static void DemandDepth(int open)
    {
        if (open > PxarReaderOptions.Default.MaxDepth)
        {
            string message = FormattableString.Invariant($"The directories of the archive lie more than {PxarReaderOptions.Default.MaxDepth} deep.");
            throw new ProxmoxProtocolException(message);
        }
    }

    /// <summary>Leaves out what patterns do not match.</summary>
    public static async IAsyncEnumerable<ArchiveEntry> MatchingAsync(
        IAsyncEnumerable<ArchiveEntry> entries, IEnumerable<PathPattern> patterns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PathPatternList list = new(patterns);
        await foreach (ArchiveEntry entry in entries.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (list.Decide(ArchivePath.Rooted(entry.PathBytes.Span), entry.Kind == PxarEntryKind.Directory) == true)
                yield return entry;
        }
    }

    /// <param name="tree">The tree.</param>
    /// <param name="directory">Where to begin; it is not given itself.</param>
    /// <param name="enter">Asked once for each directory, after it was given: whether to go into it. Null for all.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async IAsyncEnumerable<ArchiveEntry> WalkAsync(
        IArchiveTree tree,
        ArchiveEntry directory,
        Func<ArchiveEntry, bool>? enter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long left = tree.MostEntries;
        Stack<IAsyncEnumerator<ArchiveEntry>> open = new();
        open.Push(tree.ListAsync(directory, cancellationToken).GetAsyncEnumerator(cancellationToken));
        try
        {
            while (open.TryPeek(out IAsyncEnumerator<ArchiveEntry>? top))
            {
                if (!await top.MoveNextAsync().ConfigureAwait(false))
                {
                    await open.Pop().DisposeAsync().ConfigureAwait(false);
                    continue;
                }

                ArchiveEntry entry = top.Current;
                if (left-- <= 0)
                    throw new ProxmoxProtocolException("The archive has more entries than its bytes allow: its directories overlap.");
                yield return entry;
                if (entry.Kind != PxarEntryKind.Directory || enter?.Invoke(entry) == false)
                    continue;
                DemandDepth(open.Count);
                open.Push(tree.ListAsync(entry, cancellationToken).GetAsyncEnumerator(cancellationToken));
            }
        }
        finally
        {
            while (open.TryPop(out IAsyncEnumerator<ArchiveEntry>? rest))
                await rest.DisposeAsync().ConfigureAwait(false);
        }
    }
}
