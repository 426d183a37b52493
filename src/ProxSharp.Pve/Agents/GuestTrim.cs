namespace ProxSharp.Pve.Agents;

/// <summary>What discarding the free blocks of one file system gave.</summary>
/// <param name="MountPoint">Where it is mounted.</param>
/// <param name="TrimmedBytes">Bytes that were given back; null if the guest does not tell.</param>
/// <param name="Error">Why it failed; null if it did not.</param>
public sealed record GuestTrim(string MountPoint, long? TrimmedBytes, string? Error);
