using ProxSharp.Backup.Formats.Pxar;
using ProxSharp.Backup.Reading.Archives;

namespace ProxSharp.Backup.Reading.Comparison;

/// <summary>
/// Finds where entries lie that are asked for directory by directory. The tables of the directories on the way to the last one are kept, so that an entry
/// costs no more than its own head, and its place nothing.
/// </summary>
internal sealed class PlaceFinder(PxarArchive archive)
{
    private readonly List<Level> _way = [];

    /// <summary>Where an entry lies, as the table of its directory says; null if there is none, or if several have a name with this hash.</summary>
    /// <param name="path">The path of the entry, which is not the root.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async ValueTask<PxarPlace?> FindPlaceAsync(ReadOnlyMemory<byte> path, CancellationToken cancellationToken)
    {
        (ReadOnlyMemory<byte> directory, PxarName name) = Split(path);
        ReadOnlyMemory<PxarPlace> places = await MoveToAsync(directory, cancellationToken).ConfigureAwait(false) is { } level ? level.Find(name) : default;
        return places.Length == 1 ? places.Span[0] : null;
    }

    /// <summary>Reads an entry; null if there is none.</summary>
    /// <param name="path">The path of the entry, which is not the root.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public async ValueTask<PxarNode?> FindAsync(ReadOnlyMemory<byte> path, CancellationToken cancellationToken)
    {
        (ReadOnlyMemory<byte> directory, PxarName name) = Split(path);
        return await MoveToAsync(directory, cancellationToken).ConfigureAwait(false) is { } level
            ? await FindAsync(level, name, cancellationToken).ConfigureAwait(false)
            : null;
    }

    private static (ReadOnlyMemory<byte> Directory, PxarName Name) Split(ReadOnlyMemory<byte> path)
    {
        int slash = path.Span.LastIndexOf((byte)'/');
        return (path[..Math.Max(0, slash)], new PxarName(path.Span[(slash + 1)..]));
    }

    private static bool IsAtOrBelow(ReadOnlyMemory<byte> path, byte[] directory) =>
        path.Span.SequenceEqual(directory) || ArchivePath.IsBelow(path.Span, directory);

    private async ValueTask<Level?> MoveToAsync(ReadOnlyMemory<byte> directory, CancellationToken cancellationToken)
    {
        while (_way.Count > 0 && !IsAtOrBelow(directory, _way[^1].Path))
            _way.RemoveAt(_way.Count - 1);
        if (_way.Count == 0)
            _way.Add(await OpenAsync([], archive.Root, cancellationToken).ConfigureAwait(false));
        while (_way[^1].Path.Length < directory.Length)
        {
            int start = _way[^1].Path.Length is var length and > 0 ? length + 1 : 0;
            int slash = directory.Span[start..].IndexOf((byte)'/');
            ReadOnlyMemory<byte> here = slash < 0 ? directory : directory[..(start + slash)];
            PxarNode? child = await FindAsync(_way[^1], new PxarName(here.Span[start..]), cancellationToken).ConfigureAwait(false);
            if (child is not { Kind: PxarEntryKind.Directory })
                return null;
            _way.Add(await OpenAsync(here.ToArray(), child, cancellationToken).ConfigureAwait(false));
        }

        return _way[^1];
    }

    private async ValueTask<Level> OpenAsync(byte[] path, PxarNode directory, CancellationToken cancellationToken)
    {
        PxarPlace[] places = [.. await archive.ReadPlacesAsync(directory, cancellationToken).ConfigureAwait(false)];
        Array.Sort(places, static (left, right) => left.NameHash.CompareTo(right.NameHash));
        return new(path, directory, places);
    }

    private async ValueTask<PxarNode?> FindAsync(Level level, PxarName name, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<PxarPlace> places = level.Find(name);
        for (int i = 0; i < places.Length; i++)
        {
            PxarNode node = await archive.ReadChildAsync(level.Directory, places.Span[i], cancellationToken).ConfigureAwait(false);
            if (node.Name == name)
                return node;
        }

        return null;
    }

    private sealed record Level(byte[] Path, PxarNode Directory, PxarPlace[] Places)
    {
        /// <summary>The places of all entries whose names have the hash of this one.</summary>
        public ReadOnlyMemory<PxarPlace> Find(PxarName name)
        {
            ulong hash = PxarPlace.HashOf(name);
            int first = LowerBound(hash);
            int end = first;
            while (end < Places.Length && Places[end].NameHash == hash)
                end++;
            return Places.AsMemory(first, end - first);
        }

        private int LowerBound(ulong hash)
        {
            (int low, int high) = (0, Places.Length);
            while (low < high)
            {
                int middle = low + ((high - low) / 2);
                (low, high) = Places[middle].NameHash < hash ? (middle + 1, high) : (low, middle);
            }

            return low;
        }
    }
}
