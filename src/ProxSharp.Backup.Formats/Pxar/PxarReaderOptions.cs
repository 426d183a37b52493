namespace ProxSharp.Backup.Formats.Pxar;

/// <summary>How a <see cref="PxarReader"/> reads.</summary>
public sealed record PxarReaderOptions
{
    /// <summary>Verifies everything, up to 4096 directories deep.</summary>
    public static PxarReaderOptions Default { get; } = new();

    /// <summary>
    /// Whether the goodbye table of each directory is compared with its children. Default: true. Without it an archive whose tables are
    /// damaged can still be read.
    /// </summary>
    public bool VerifyGoodbyeTables { get; init; } = true;

    /// <summary>How many directories may lie within each other. Default: 4096.</summary>
    public int MaxDepth { get; init; } = 4096;
}
