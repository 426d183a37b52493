using System.Buffers;

namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>
/// Writes an archive from front to back, the same bytes as the official client writes for the same entries. Children of a directory are
/// best written in ascending order of their names, as the official client does. Memory: 40 bytes for each child of the open directories,
/// and a block of content.
/// </summary>
/// <example>
/// <code>
/// PxarWriter writer = PxarWriter.Create(stream, PxarMetadata.Create(PxarEntryKind.Directory, 0b111_101_101));
/// writer.WriteFile(new PxarName("hello.txt"), PxarMetadata.Create(PxarEntryKind.File, 0b110_100_100), "Hello"u8.ToArray());
/// writer.Finish();
/// </code>
/// </example>
public sealed partial class PxarWriter
{
    private const int BlockSize = 128 * 1024;

    private readonly PxarEncoder _encoder;
    private readonly Stream _archive;
    private readonly Stream? _payload;
    private bool _broken;

    private PxarWriter(Stream archive, Stream? payload, PxarMetadata root, ReadOnlyMemory<byte> prelude)
    {
        ArgumentNullException.ThrowIfNull(archive);
        ArgumentNullException.ThrowIfNull(root);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prelude.Length, PxarFormat.MaxPreludeLength, nameof(prelude));
        _archive = archive;
        _payload = payload;
        _encoder = new(root, payload is not null, prelude);
    }

    /// <summary>How many bytes the archive has so far; of a split archive, its metadata stream.</summary>
    public long Position => _encoder.Position;

    /// <summary>
    /// How many bytes the payload stream has so far, injected ones too; 0 if the archive is not split. The payload header of the next
    /// file will stand here.
    /// </summary>
    public long PayloadPosition => _encoder.PayloadPosition;

    /// <summary>How many directories are open below the root.</summary>
    public int Depth => _encoder.Depth;

    /// <summary>Whether the archive is split.</summary>
    public bool IsSplit => _payload is not null;

    private ArrayBufferWriter<byte> ContentBuffer => _payload is null ? _encoder.Archive : _encoder.Payload;

    /// <summary>
    /// Begins an archive of version 1: one stream, usually called <c>.pxar</c>. Nothing is written yet; the stream stays open.
    /// </summary>
    /// <param name="archive">Where the archive goes.</param>
    /// <param name="root">The metadata of the root, a directory.</param>
    /// <exception cref="ArgumentException">The metadata are not those of a directory.</exception>
    public static PxarWriter Create(Stream archive, PxarMetadata root) => new(archive, null, root, default);

    /// <summary>
    /// Begins a split archive (version 2): metadata in one stream (<c>.mpxar</c>), contents in another (<c>.ppxar</c>). Nothing is
    /// written yet; the streams stay open.
    /// </summary>
    /// <param name="metadata">Where the metadata go.</param>
    /// <param name="payload">Where the contents go.</param>
    /// <param name="root">The metadata of the root, a directory.</param>
    /// <param name="prelude">What stands before the root, at most 1 MiB; empty for nothing. See <see cref="PxarPrelude"/>.</param>
    /// <exception cref="ArgumentException">The metadata are not those of a directory, or the prelude is too long.</exception>
    public static PxarWriter CreateSplit(Stream metadata, Stream payload, PxarMetadata root, ReadOnlyMemory<byte> prelude = default)
    {
        ArgumentNullException.ThrowIfNull(payload);
        return new(metadata, payload, root, prelude);
    }

    /// <summary>The regular file that was written last, as the target of hard links. Ask before anything else is written.</summary>
    /// <exception cref="InvalidOperationException">No file was written last, or its path is longer than 4096 bytes.</exception>
    public PxarLinkTarget GetLastFile() => _encoder.LastFile();

    private void EnsureUsable()
    {
        if (_broken)
            throw new InvalidOperationException("Writing failed before; the archive cannot be completed.");
    }

    private Memory<byte> Block(long left) =>
        ContentBuffer.GetMemory((int)Math.Min(left, BlockSize)) is var block && block.Length > left ? block[..(int)left] : block;

    private int PadBlock(long left)
    {
        int count = (int)Math.Min(left, BlockSize);
        ContentBuffer.GetSpan(count)[..count].Clear();
        ContentBuffer.Advance(count);
        return count;
    }

    private ReadOnlyMemory<byte> CopyBlock(ReadOnlyMemory<byte> content)
    {
        int count = Math.Min(content.Length, BlockSize);
        ContentBuffer.Write(content.Span[..count]);
        return content[count..];
    }
}
