using ProxSharp.Backup.Files.Extracts;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Reading.Archives;

/// <summary>
/// The names that the catalog has in directories that are gone through one below the other: each is found by what its parent listed. For one walk at a time.
/// </summary>
internal sealed class CatalogNames(NameTree names)
{
    private readonly Stack<(byte[] Path, Dictionary<PxarName, ArchiveEntry> Directories)> _way = new();

    /// <inheritdoc cref="Files.Extracts.KnownNames"/>
    public async ValueTask<IReadOnlyList<KnownName>?> ListAsync(ReadOnlyMemory<byte> directory, CancellationToken cancellationToken)
    {
        byte[] path = directory.ToArray();
        while (_way.TryPeek(out var top) && (path.Length == 0 || !ArchivePath.IsBelow(path, top.Path)))
            _way.Pop();
        IReadOnlyList<ArchiveEntry>? entries = await names.ListKnownAsync(directory, FindListed(path), cancellationToken).ConfigureAwait(false);
        if (entries is null)
            return null;
        Dictionary<PxarName, ArchiveEntry> directories = [];
        foreach (ArchiveEntry entry in entries.Where(static entry => entry.Kind == PxarEntryKind.Directory))
            directories.TryAdd(entry.Name, entry);
        _way.Push((path, directories));
        return [.. entries.Select(static entry => new KnownName(entry.Name, entry.Kind == PxarEntryKind.Directory))];
    }

    private ArchiveEntry? FindListed(byte[] path)
    {
        int slash = path.AsSpan().LastIndexOf((byte)'/');
        return path.Length > 0 && _way.TryPeek(out var top) && top.Path.AsSpan().SequenceEqual(path.AsSpan(0, Math.Max(0, slash)))
            ? top.Directories.GetValueOrDefault(new PxarName(path.AsSpan(slash + 1)))
            : null;
    }
}
