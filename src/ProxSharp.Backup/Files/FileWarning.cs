namespace ProxSharp.Backup.Files;

/// <summary>Something that was not saved or restored as it is, while the rest goes on.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Path">Where: the path from the root of the archive with a leading slash; bytes that are no UTF-8 stand as <c>\xNN</c>.</param>
/// <param name="Message">What happened, as a sentence for people.</param>
public sealed record FileWarning(FileWarningKind Kind, string Path, string Message);
