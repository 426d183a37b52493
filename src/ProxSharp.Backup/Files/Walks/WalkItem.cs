using System.Buffers;
using ProxSharp.Backup.Files.Sources;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files.Walks;

/// <summary>A step of a walk, in the order of the archive. What it needs of the file system is read ahead by several threads.</summary>
internal sealed class WalkItem(WalkItemKind kind, WalkDirectory directory, PxarName name) : IDisposable
{
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[]? _buffer;

    internal WalkItemKind Kind { get; } = kind;

    /// <summary>The directory it is in; for the begin and the end of a directory, that directory.</summary>
    internal WalkDirectory Directory { get; } = directory;

    internal PxarName Name { get; } = name;

    /// <summary>What the previous backup has of this name; null for nothing.</summary>
    internal PxarNode? Previous { get; init; }

    /// <summary>What the entry is, if the listing told.</summary>
    internal PxarEntryKind? Hint { get; init; }

    /// <summary>Is done when all else here is set.</summary>
    internal Task Loaded => _loaded.Task;

    /// <summary>Whether the entry is left out, which was told already.</summary>
    internal bool IsSkipped { get; private set; }

    /// <summary>The open entry; null for the begin and the end of a directory.</summary>
    internal IFileNode? Node { get; private set; }

    internal PxarMetadata? Metadata { get; private set; }

    internal FileStat Stat { get; private set; }

    /// <summary>The target of a symbolic link.</summary>
    internal byte[] LinkTarget { get; private set; } = [];

    /// <summary>Where the content lies in the previous payload stream, if it did not change; else null.</summary>
    internal PxarPayloadReference? Reusable { get; private set; }

    /// <summary>The content of a small file as far as it was read; null if it was not.</summary>
    internal ReadOnlyMemory<byte>? Content { get; private set; }

    /// <summary>Whether the file goes on behind what was read.</summary>
    internal bool HasMore { get; private set; }

    internal byte[] Path => Directory.PathOf(Name);

    public void Dispose()
    {
        Node?.Dispose();
        Node = null;
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, Content) = (null, null);
    }

    internal void CompleteDirectory(FileStat stat, PxarMetadata metadata)
    {
        (Stat, Metadata) = (stat, metadata);
        _loaded.SetResult();
    }

    internal void Complete() => _loaded.SetResult();

    internal void Fail(Exception exception) => _loaded.SetException(exception);

    internal void Skip()
    {
        IsSkipped = true;
        _loaded.SetResult();
    }

    internal void SetNode(IFileNode node, PxarMetadata metadata)
    {
        (Node, Stat, Metadata) = (node, node.Stat, metadata);
        if (Stat.Kind == PxarEntryKind.Symlink)
            LinkTarget = node.ReadLink();
        if (Stat.Kind == PxarEntryKind.File && Previous?.Entry is { Payload: { } payload, Metadata: { } earlier } && payload.Length == Stat.Length
            && metadata.IsUnchangedSince(earlier))
            Reusable = payload;
    }

    /// <summary>Reads the whole content, and looks whether there is more.</summary>
    internal void ReadContent()
    {
        int length = (int)Stat.Length;
        _buffer = ArrayPool<byte>.Shared.Rent(length + 1);
        int filled = 0;
        while (filled <= length && Node!.Read(filled, _buffer.AsSpan(filled, length + 1 - filled)) is var read and > 0)
            filled += read;
        HasMore = filled > length;
        Content = _buffer.AsMemory(0, Math.Min(filled, length));
    }
}
