namespace ProxSharp.Backup.Upload;

/// <summary>A chunk inside a <see cref="ChunkWindow"/>.</summary>
internal sealed class WindowRegion(int start, Memory<byte> bytes)
{
    /// <summary>Where it starts in the window.</summary>
    public int Start { get; } = start;

    /// <summary>The bytes; not to be touched after the release.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>True once nobody needs the bytes any more; guarded by the window.</summary>
    public bool IsReleased { get; set; }
}
