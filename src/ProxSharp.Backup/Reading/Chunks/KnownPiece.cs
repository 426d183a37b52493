namespace ProxSharp.Backup.Reading.Chunks;

/// <summary>A stretch of an archive that this machine may have: some bytes, and behind them what a restored file holds.</summary>
/// <param name="Start">Where it begins in the archive.</param>
/// <param name="Head">The bytes before the content.</param>
/// <param name="Path">The path of the file below the target; empty for none.</param>
/// <param name="Offset">Where in the file the content begins.</param>
/// <param name="Length">How many bytes of the file there are.</param>
internal sealed record KnownPiece(long Start, ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Path, long Offset, long Length)
{
    public long ContentStart => Start + Head.Length;

    public long End => ContentStart + Length;
}
