namespace ProxSharp.Cli.Backups;

/// <summary>A file of a snapshot as the datastore has it.</summary>
/// <param name="Name">Its name with its ending, for example <c>root.pxar.didx</c>.</param>
/// <param name="Size">Its bytes as the manifest tells them; null for what is not in it, such as a log.</param>
/// <param name="CryptMode">How it is protected, in the server's words; null if that is not known.</param>
internal sealed record StoredFile(string Name, long? Size, string? CryptMode);
