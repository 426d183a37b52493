using ZstdSharp;

namespace ProxSharp.Backup.Formats.Blobs;

/// <summary>zstd in managed code.</summary>
internal sealed class ManagedZstd : ZstdCodec
{
    private Compressor? _compressor;
    private Decompressor? _decompressor;

    public override bool TryCompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        _compressor ??= new Compressor(Level);
        return _compressor.TryWrap(source, destination, out written);
    }

    public override ZstdOutcome Decompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        _decompressor ??= new Decompressor();
        try
        {
            return _decompressor.TryUnwrap(source, destination, out written) ? ZstdOutcome.Done : ZstdOutcome.TooSmall;
        }
        catch (ZstdException)
        {
            written = 0;
            return ZstdOutcome.Damaged;
        }
    }

    public override void Dispose()
    {
        _compressor?.Dispose();
        _decompressor?.Dispose();
    }
}
