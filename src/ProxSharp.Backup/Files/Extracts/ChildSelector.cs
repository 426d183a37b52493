using System.Runtime.CompilerServices;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Extracts;

/// <summary>
/// Reads the children of a directory of which something may be restored, in the order of the archive. What is surely not wanted is not read, so it may be
/// damaged, and costs nothing.
/// </summary>
internal sealed class ChildSelector(PxarArchive archive, ExtractRun run, KnownNames? known)
{
    public IAsyncEnumerable<PxarNode> ListAsync(PxarNode directory, CancellationToken cancellationToken) => run.OnlyNames() is { } names
        ? FindAsync(directory, names, cancellationToken)
        : ListWantedAsync(directory, run.CurrentPath, cancellationToken);

    private async IAsyncEnumerable<PxarNode> FindAsync(
        PxarNode directory, IReadOnlyList<byte[]> names, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<PxarNode> found = [];
        foreach (byte[] name in names.Where(static name => PxarName.IsValid(name)))
        {
            if (await archive.FindChildAsync(directory, new PxarName(name), cancellationToken).ConfigureAwait(false) is { } node)
                found.Add(node);
        }

        found.Sort(static (left, right) => left.Entry.Position.CompareTo(right.Entry.Position));
        foreach (PxarNode node in found)
            yield return node;
    }

    private async IAsyncEnumerable<PxarNode> ListWantedAsync(
        PxarNode directory, byte[] path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<PxarPlace> places = await archive.ReadPlacesAsync(directory, cancellationToken).ConfigureAwait(false);
        ILookup<ulong, KnownName>? names = null;
        if (known is not null && await known(path.AsMemory(Math.Min(1, path.Length)), cancellationToken).ConfigureAwait(false) is { } list)
            names = list.ToLookup(static entry => PxarPlace.HashOf(entry.Name));
        HashSet<PxarName> seen = [];
        foreach (PxarPlace place in places)
        {
            // A name that the list does not have has to be read.
            if (names is not null && names.Contains(place.NameHash) && !names[place.NameHash].Any(entry => run.Wants(entry.Name, entry.IsDirectory)))
                continue;
            PxarNode node = await archive.ReadChildAsync(directory, place, cancellationToken).ConfigureAwait(false);
            if (!seen.Add(node.Name))
                throw new ProxmoxProtocolException($"The archive is damaged: the name \"{node.Name}\" stands twice in its directory.") { Offset = place.Start };
            yield return node;
        }
    }
}
