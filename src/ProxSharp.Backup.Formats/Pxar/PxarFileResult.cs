namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>How the content of a file that was written compares with the length announced for it.</summary>
/// <param name="Missing">How many bytes the content was too short; the archive has zeros instead.</param>
/// <param name="HasMore">Whether the content went on; the archive has only what was announced.</param>
public readonly record struct PxarFileResult(long Missing, bool HasMore)
{
    /// <summary>Whether the content was exactly as long as announced.</summary>
    public bool IsExact => Missing == 0 && !HasMore;
}
