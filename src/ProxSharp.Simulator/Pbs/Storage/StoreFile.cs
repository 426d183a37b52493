namespace ProxSharp.Simulator.Pbs.Storage;

/// <summary>A file in a folder of a datastore.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Its length in bytes.</param>
internal sealed record StoreFile(string Name, long Length);
