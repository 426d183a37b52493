using System.Runtime.CompilerServices;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>The way from the root to the entry that was looked up last. The next one shares most of it, so little is read again.</summary>
internal sealed class NodePath(PxarArchive archive)
{
    private readonly List<(byte[] Path, PxarNode Node)> _way = [];
    private bool _started;

    /// <summary>Looks an entry up, and gives the directories on the way that were not given before, and then the entry.</summary>
    /// <exception cref="ProxmoxProtocolException">The archive does not have what the catalog has.</exception>
    public async IAsyncEnumerable<(byte[] Path, PxarNode Node)> MoveToAsync(
        ReadOnlyMemory<byte> path,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!_started)
        {
            _started = true;
            yield return ([], archive.Root);
        }

        while (_way.Count > 0 && !ArchivePath.IsBelow(path.Span, _way[^1].Path))
            _way.RemoveAt(_way.Count - 1);
        int done = _way.Count == 0 ? 0 : _way[^1].Path.Length + 1;
        while (done <= path.Length && !path.IsEmpty)
        {
            int slash = path.Span[done..].IndexOf((byte)'/');
            int end = slash < 0 ? path.Length : done + slash;
            PxarNode parent = _way.Count == 0 ? archive.Root : _way[^1].Node;
            PxarNode node = await FindAsync(parent, path[done..end], path, cancellationToken).ConfigureAwait(false);
            byte[] here = path[..end].ToArray();
            if (node.Kind == PxarEntryKind.Directory)
                _way.Add((here, node));
            yield return (here, node);
            done = end + 1;
        }
    }

    private async ValueTask<PxarNode> FindAsync(PxarNode parent, ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> path, CancellationToken cancellationToken)
    {
        PxarNode? node = parent.Kind == PxarEntryKind.Directory
            ? await archive.FindChildAsync(parent, new PxarName(name.Span), cancellationToken).ConfigureAwait(false)
            : null;
        return node ?? throw new ProxmoxProtocolException($"The catalog names \"/{PxarName.Text(path.Span)}\", and the archive has no such entry.");
    }
}
