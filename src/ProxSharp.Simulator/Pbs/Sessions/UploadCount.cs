namespace ProxSharp.Simulator.Pbs.Sessions;

/// <summary>Counts uploaded chunks.</summary>
/// <param name="Count">How many.</param>
/// <param name="Size">Their data in bytes.</param>
/// <param name="CompressedSize">Their encoded length in bytes.</param>
/// <param name="Duplicates">How many of them were there already.</param>
internal readonly record struct UploadCount(long Count, long Size, long CompressedSize, long Duplicates)
{
    public static UploadCount operator +(UploadCount left, UploadCount right) => new(
        left.Count + right.Count, left.Size + right.Size, left.CompressedSize + right.CompressedSize, left.Duplicates + right.Duplicates);
}
