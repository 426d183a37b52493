namespace ProxSharp.Backup;

/// <summary>What a restore to a file did.</summary>
/// <param name="Length">The length of the file in bytes.</param>
/// <param name="BytesWritten">How many bytes were written.</param>
/// <param name="BytesLeftOut">How many bytes of zeros became holes.</param>
/// <param name="BytesKept">
/// How many bytes were there already with the right content. Those that were copied from the file that was replaced count as written or left out as well.
/// </param>
/// <param name="Elapsed">How long it took.</param>
public sealed record RestoreFileResult(long Length, long BytesWritten, long BytesLeftOut, long BytesKept, TimeSpan Elapsed)
{
    /// <summary>What would be done, if nothing was; null after a restore.</summary>
    public RestoreStep? Step { get; init; }
}
