using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Walks;

/// <summary>
/// A directory of the previous backup beside the one that is walked: both have their names in the same order, so one pass over it is enough. A name that
/// stands out of order there counts as not there.
/// </summary>
internal sealed class PreviousDirectory(PxarArchive archive, PxarNode directory) : IAsyncDisposable
{
    private readonly PxarArchive _archive = archive;
    private readonly PxarNode _directory = directory;
    private IAsyncEnumerator<PxarNode>? _children;
    private PxarNode? _next;
    private bool _ended;

    public ValueTask DisposeAsync() => _children?.DisposeAsync() ?? default;

    /// <summary>Finds a name that comes after all that were asked for before.</summary>
    internal async ValueTask<PxarNode?> FindAsync(PxarName name, CancellationToken cancellationToken)
    {
        _children ??= _archive.ListAsync(_directory, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (!_ended && (_next is null || _next.Name < name))
        {
            _ended = !await _children.MoveNextAsync().ConfigureAwait(false);
            _next = _ended ? null : _children.Current;
        }

        return _next?.Name == name ? _next : null;
    }

    /// <summary>The same for a directory below.</summary>
    internal PreviousDirectory? Enter(PxarNode? node) => node?.Kind == PxarEntryKind.Directory ? new(_archive, node) : null;
}
