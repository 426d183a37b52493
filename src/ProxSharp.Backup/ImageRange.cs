namespace ProxSharp.Backup;

/// <summary>A part of an image.</summary>
/// <param name="Offset">Where it starts, in bytes.</param>
/// <param name="Length">How long it is, in bytes.</param>
public readonly record struct ImageRange(long Offset, long Length);
