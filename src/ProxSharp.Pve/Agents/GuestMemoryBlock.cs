namespace ProxSharp.Pve.Agents;

/// <summary>A block of memory as a guest sees it.</summary>
/// <param name="Index">Its number.</param>
/// <param name="IsOnline">Whether the guest uses it.</param>
/// <param name="CanGoOffline">Whether the guest can do without it; null if the guest does not tell.</param>
public sealed record GuestMemoryBlock(long Index, bool IsOnline, bool? CanGoOffline);
