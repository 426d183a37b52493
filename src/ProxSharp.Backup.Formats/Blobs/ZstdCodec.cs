namespace ProxSharp.Backup.Formats.Blobs;

/// <summary>Compression with zstd, level 1 (spec 5.1). Not safe for several threads at once.</summary>
internal abstract class ZstdCodec : IDisposable
{
    // The native prox has no code for the searches of other levels (Substitutions.xml of ProxSharp.Cli).
    protected const int Level = 1;

    /// <summary>Takes the system's own library where there is one, since it is faster, else the managed one.</summary>
    public static ZstdCodec Create() => NativeZstd.IsAvailable ? new NativeZstd() : new ManagedZstd();

    /// <summary>Compresses into a span.</summary>
    /// <returns>False if the result does not fit.</returns>
    public abstract bool TryCompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written);

    /// <summary>Decompresses all frames into a span.</summary>
    public abstract ZstdOutcome Decompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written);

    public abstract void Dispose();
}
