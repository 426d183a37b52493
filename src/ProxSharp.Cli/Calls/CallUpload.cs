namespace ProxSharp.Cli.Calls;

/// <summary>A file that a call sends.</summary>
/// <param name="Path">Where it is on this machine.</param>
/// <param name="Name">The name the server stores it under.</param>
internal sealed record CallUpload(string Path, string Name);
