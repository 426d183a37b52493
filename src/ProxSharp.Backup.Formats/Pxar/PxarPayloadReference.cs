namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>Where the content of a file lies in the payload stream of a split archive.</summary>
/// <param name="Position">The position of the file's payload header, in bytes from the start of the payload stream.</param>
/// <param name="Length">The length of the content in bytes, without the header of 16 bytes.</param>
public readonly record struct PxarPayloadReference(long Position, long Length)
{
    /// <summary>The position of the first byte of content.</summary>
    public long ContentPosition => Position + PxarFormat.HeaderSize;

    /// <summary>The position behind the last byte of content.</summary>
    public long End => ContentPosition + Length;
}
