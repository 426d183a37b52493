using System.Buffers;
using ProxSharp.Backup.Formats.Catalog;
using ProxSharp.Backup.Formats.Pxar;

namespace ProxSharp.Backup.Files;

/// <summary>The catalog of a snapshot, written to a stream. All archives of version 1 of the snapshot share it, one after the other.</summary>
/// <example>
/// <code>
/// CatalogOutput catalog = new(stream);
/// await archiver.WriteAsync(archive, catalog, "root.pxar.didx");
/// await catalog.FinishAsync();
/// </code>
/// </example>
public sealed class CatalogOutput
{
    private const int BlockSize = 64 * 1024;

    private readonly Stream _stream;
    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>Begins a catalog.</summary>
    /// <param name="stream">Where it goes; it stays open.</param>
    public CatalogOutput(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        Writer = new(_buffer);
    }

    internal CatalogWriter Writer { get; }

    /// <summary>Ends the catalog, and flushes the stream.</summary>
    /// <param name="cancellationToken">Stops writing; the catalog cannot be completed then.</param>
    /// <exception cref="InvalidOperationException">An archive is being written, or the catalog is finished.</exception>
    public async Task FinishAsync(CancellationToken cancellationToken = default)
    {
        Writer.Finish();
        await DrainAsync(0, cancellationToken).ConfigureAwait(false);
        await _stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    internal void Begin(PxarName name) => Writer.BeginDirectory(name);

    internal ValueTask EndAsync(CancellationToken cancellationToken)
    {
        Writer.EndDirectory();
        return DrainAsync(BlockSize, cancellationToken);
    }

    internal void Add(PxarName name, PxarEntryKind kind, long length, PxarTimestamp time)
    {
        if (kind == PxarEntryKind.File)
            Writer.AddFile(name, (ulong)length, time.Seconds);
        else
            Writer.Add(KindOf(kind), name);
    }

    private static CatalogEntryKind KindOf(PxarEntryKind kind) => kind switch
    {
        PxarEntryKind.Symlink => CatalogEntryKind.Symlink,
        PxarEntryKind.HardLink => CatalogEntryKind.HardLink,
        PxarEntryKind.BlockDevice => CatalogEntryKind.BlockDevice,
        PxarEntryKind.CharacterDevice => CatalogEntryKind.CharacterDevice,
        PxarEntryKind.Fifo => CatalogEntryKind.Fifo,
        _ => CatalogEntryKind.Socket,
    };

    private async ValueTask DrainAsync(int threshold, CancellationToken cancellationToken)
    {
        if (_buffer.WrittenCount <= threshold)
            return;
        await _stream.WriteAsync(_buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
        _buffer.ResetWrittenCount();
    }
}
